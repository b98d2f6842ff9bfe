// scripts/bench mixed: creations and deletions concurrently with signatures, encryptions and lists for some
// minutes. Every answer must be a 200. In the second half, the memory may grow by at most a tenth more than
// the module itself retains of destroyed keys, which is measured first, in this process.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <iostream>
#include <mutex>
#include <thread>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "base/base64.hpp"
#include "keys/decode/decode.hpp"
#include "tests/bench/key_contents.hpp"
#include "tests/bench/raw_token.hpp"
#include "tests/bench/rest_service.hpp"
#include "tests/bench/statistics.hpp"
#include "tests/bench/token_folder.hpp"

namespace keyward::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t permanent_keys = 100;

constexpr int passing_raw_keys = 4'000;

/// The MiB that the module retains for each key that was created and destroyed.
struct ModuleKeeps {
    double aes = 0;
    double rsa = 0;
};

ModuleKeeps measure_module(const std::string& rsa) {
    const TokenFolder folder;
    RawToken token(KEYWARD_SOFTHSM, "production", TokenFolder::pin(), 1);
    const auto kept = [&](keys::KeyType type, const std::string& content) {
        std::string text = content;
        const keys::KeyMaterial material = decode_content(type, {}, SecretBytes::take(text), {});
        token.create_and_destroy(0, material);
        const double before = resident_mib(getpid());
        for (int i = 0; i < passing_raw_keys; ++i)
            token.create_and_destroy(0, material);
        return (resident_mib(getpid()) - before) / passing_raw_keys;
    };
    return {kept(keys::KeyType::secret, random_content(32)), kept(keys::KeyType::private_key, rsa)};
}

/// The latencies of one kind of call.
struct Latencies {
    std::string name;
    std::vector<double> milliseconds = {};
    std::size_t errors = 0;
    std::string first_error = {};
};

class MixedLoad {
  public:
    explicit MixedLoad(const std::string& binary) : rest_(binary, folder_.path(), TokenFolder::pin(), 8) {
        create(0, "rsa", "PRIVATE_KEY", "", rsa_content());
        create(0, "ec", "PRIVATE_KEY", "", p256_content());
        create(0, "hmac", "SECRET_KEY", "HMAC", random_content(32));
        create(0, "aes", "SECRET_KEY", "AES", random_content(32));
        for (std::size_t i = 0; i < permanent_keys; ++i)
            create(0, "permanent-" + std::to_string(i), "SECRET_KEY", "AES", random_content(32));
    }

    /// Whether there was no error.
    bool run(std::chrono::seconds time) {
        const auto end = Clock::now() + time;
        std::vector<std::function<void(std::size_t)>> calls;
        std::vector<Latencies> latencies;
        add("create and delete AES", calls, latencies,
            [&](std::size_t client) { come_and_go(client, false); });
        add("create and delete RSA", calls, latencies,
            [&](std::size_t client) { come_and_go(client, true); });
        add("sign RSA-2048", calls, latencies, use("rsa", "sign", "SHA256-RSA-PKCS"));
        add("sign ECDSA P-256", calls, latencies, use("ec", "sign", "ECDSA-SHA256"));
        add("sign HMAC-SHA256", calls, latencies, use("hmac", "sign", "SHA256-HMAC"));
        add("encrypt AES-256-GCM", calls, latencies, use("aes", "encrypt", "AES-GCM"));
        add("list a page of 100", calls, latencies,
            [&](std::size_t client) { rest_.get(client, keys_ + "?limit=100"); });
        add("get one key", calls, latencies, [&](std::size_t client) { rest_.get(client, keys_ + "rsa/"); });
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < calls.size(); ++i)
            threads.emplace_back([&, i] { repeat(i, end, calls[i], latencies[i]); });
        const bool flat = watch_memory(end);
        threads.clear();
        return report(latencies, time) && flat;
    }

  private:
    static void add(const std::string& name, std::vector<std::function<void(std::size_t)>>& calls,
                    std::vector<Latencies>& latencies, std::function<void(std::size_t)> call) {
        calls.push_back(std::move(call));
        latencies.push_back({name});
    }

    void create(std::size_t client, const std::string& name, const std::string& type,
                const std::string& algorithm, const std::string& content) {
        rest_.post(client, keys_, create_body(name, type, algorithm, content));
    }

    void come_and_go(std::size_t client, bool rsa) {
        const std::string name = "passing-" + std::to_string(names_++);
        ++(rsa ? passed_rsa_ : passed_aes_);
        if (rsa)
            create(client, name, "PRIVATE_KEY", "", passing_rsa_);
        else
            create(client, name, "SECRET_KEY", "AES", random_content(32));
        rest_.remove(client, keys_ + name + "/");
    }

    std::function<void(std::size_t)> use(const std::string& key, const std::string& action,
                                         const std::string& mechanism) {
        const std::string path = keys_ + key + "/environments/production/" + action + "/";
        const std::string body =
            R"({"mechanism":")" + mechanism + R"(","input":")" + random_content(256) + R"("})";
        return [this, path, body](std::size_t client) { rest_.post(client, path, body); };
    }

    static void repeat(std::size_t client, Clock::time_point end,
                       const std::function<void(std::size_t)>& call, Latencies& latencies) {
        while (Clock::now() < end) {
            const auto begin = Clock::now();
            try {
                call(client);
            } catch (const std::exception& error) {
                if (latencies.errors++ == 0) latencies.first_error = error.what();
            }
            latencies.milliseconds.push_back(
                std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
        }
    }

    /// Whether the memory stayed constant, except for what the module retains.
    bool watch_memory(Clock::time_point end) {
        const auto begin = Clock::now();
        double halfway = 0;
        for (auto next = begin; next < end; next += std::chrono::minutes(1)) {
            std::this_thread::sleep_until(next);
            if (halfway == 0 && next - begin >= (end - begin) / 2) halfway = own_mib();
            print_state(std::chrono::duration<double>(next - begin).count() / 60);
        }
        std::this_thread::sleep_until(end);
        print_state(std::chrono::duration<double>(end - begin).count() / 60);
        const bool flat = halfway == 0 || own_mib() < 1.1 * halfway;
        std::printf(
            "  the module keeps %.2f KiB of each AES key that came and went, %.2f of each RSA key; "
            "but for that, memory %s\n",
            1024 * module_.aes, 1024 * module_.rsa, flat ? "is flat" : "has grown");
        return flat;
    }

    /// Without what the module retains.
    [[nodiscard]] double own_mib() const {
        return rest_.resident_mib() - module_.aes * static_cast<double>(passed_aes_.load()) -
               module_.rsa * static_cast<double>(passed_rsa_.load());
    }

    void print_state(double minute) const {
        std::printf(
            "  %4.0f min   %6.1f MiB resident, %6.1f without what the module keeps   %4zu descriptors   "
            "%zu keys came and went\n",
            minute, rest_.resident_mib(), own_mib(), rest_.descriptors(), names_.load());
        std::fflush(stdout);
    }

    static bool report(std::vector<Latencies>& all, std::chrono::seconds time) {
        bool clean = true;
        for (Latencies& each : all) {
            if (each.milliseconds.empty()) throw std::runtime_error(each.name + " was never called");
            std::ranges::sort(each.milliseconds);
            const auto at = [&](double part) {
                return each.milliseconds[static_cast<std::size_t>(
                    part * static_cast<double>(each.milliseconds.size() - 1))];
            };
            std::printf(
                "  %-24s %8zu calls %8.0f/s   p50 %8.2f ms   p99 %8.2f ms   longest %8.2f ms   %zu errors\n",
                each.name.c_str(), each.milliseconds.size(),
                static_cast<double>(each.milliseconds.size()) / static_cast<double>(time.count()), at(0.5),
                at(0.99), at(1), each.errors);
            if (each.errors > 0) std::printf("    the first: %s\n", each.first_error.c_str());
            clean = clean && each.errors == 0;
        }
        return clean;
    }

    const std::string keys_ = "/apiops/projects/Bench/keys/";
    const std::string passing_rsa_ = rsa_content();
    const ModuleKeeps module_ = measure_module(passing_rsa_);
    TokenFolder folder_;
    RestService rest_;
    std::atomic<std::size_t> names_ = 0;
    std::atomic<std::size_t> passed_aes_ = 0;
    std::atomic<std::size_t> passed_rsa_ = 0;
};

}  // namespace
}  // namespace keyward::bench

int main(int argc, char** argv) {
    CLI::App app("Creates, uses, lists and deletes keys at the same time");
    std::string binary;
    double minutes = 10;
    app.add_option("--keyward", binary, "The program to measure")->required();
    app.add_option("--minutes", minutes, "How long")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        const auto seconds = std::chrono::seconds(static_cast<long>(60 * minutes));
        return keyward::bench::MixedLoad(binary).run(seconds) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "mixed_bench: " << error.what() << "\n";
        return 1;
    }
}
