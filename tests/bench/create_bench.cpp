// scripts/bench create: compares the create-key call with a loop of C_CreateObject over the same module, in
// one run.
//
// Each uses a token of its own, with the same number of keys, on a tmpfs, so that the disk is not measured.
// Raw calls and REST alternate, and the median is printed, because the machine is shared.

#include <atomic>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

#include "keys/decode/decode.hpp"
#include "tests/bench/key_contents.hpp"
#include "tests/bench/raw_token.hpp"
#include "tests/bench/rest_service.hpp"
#include "tests/bench/statistics.hpp"
#include "tests/bench/token_folder.hpp"

namespace keyward::bench {
namespace {

constexpr std::size_t threads = 8;
constexpr int turns = 5;

struct Kind {
    std::string name;
    std::string key_type;
    std::string rsa;  ///< empty for AES

    [[nodiscard]] std::string content() const { return rsa.empty() ? random_content(32) : rsa; }
    [[nodiscard]] keys::KeyMaterial material() const {
        std::string text = content();
        return decode_content(rsa.empty() ? keys::KeyType::secret : keys::KeyType::private_key, {},
                              SecretBytes::take(text), {});
    }
};

void print(const std::string& what, const Figures& figures, const Figures* against) {
    std::printf("  %-34s %8.0f/s   p50 %7.2f ms   p99 %7.2f ms", what.c_str(), figures.rate, figures.p50_ms,
                figures.p99_ms);
    if (against != nullptr)
        std::printf("   %5.0f %% of raw   p50 %+.2f ms", 100 * figures.rate / against->rate,
                    figures.p50_ms - against->p50_ms);
    std::printf("\n");
    std::fflush(stdout);
}

class Comparison {
  public:
    explicit Comparison(const std::string& binary)
        : raw_(KEYWARD_SOFTHSM, "production", TokenFolder::pin(), threads),
          rest_(binary, rest_folder_.path(), TokenFolder::pin(), threads) {}

    /// Fills both tokens with AES keys up to that number.
    void fill(std::size_t keys) {
        const Kind aes{"AES-256", "SECRET_KEY", ""};
        if (keys <= stored_) return;
        measure(threads, keys - stored_,
                [&](std::size_t thread, std::size_t) { raw_.create(thread, aes.material(), false); });
        measure(threads, keys - stored_, [&](std::size_t thread, std::size_t) { create(thread, aes); });
        stored_ = keys;
    }

    void run(const Kind& kind, std::size_t calls) {
        std::cout << kind.name << ", " << stored_ << " keys stored\n";
        std::vector<Figures> raw1, raw8, tried1, tried8, rest1, rest8;
        const keys::KeyMaterial material = kind.material();
        const auto raw = [&](std::size_t with, bool trial) {
            return measure(with, calls,
                           [&](std::size_t thread, std::size_t) { raw_.create(thread, material, trial); });
        };
        const auto rest = [&](std::size_t with) {
            return measure(with, calls, [&](std::size_t thread, std::size_t) { create(thread, kind); });
        };
        for (int turn = 0; turn < turns; ++turn) {
            raw1.push_back(raw(1, false));
            rest1.push_back(rest(1));
            tried1.push_back(raw(1, true));
            raw8.push_back(raw(threads, false));
            rest8.push_back(rest(threads));
            tried8.push_back(raw(threads, true));
        }
        const Figures one = median(raw1), eight = median(raw8);
        print("raw, 1 thread", one, nullptr);
        print("raw with trial, 1 thread", median(tried1), &one);
        print("REST, 1 connection", median(rest1), &one);
        print("raw, 8 threads", eight, nullptr);
        print("raw with trial, 8 threads", median(tried8), &eight);
        print("REST, 8 connections", median(rest8), &eight);
        stored_ += static_cast<std::size_t>(turns) * calls * 2;
    }

  private:
    void create(std::size_t client, const Kind& kind) {
        rest_.post(client, "/apiops/projects/Bench/keys/",
                   create_body("k" + std::to_string(names_++), kind.key_type, "", kind.content()));
    }

    TokenFolder raw_folder_;
    RawToken raw_;
    TokenFolder rest_folder_;
    RestService rest_;
    std::size_t stored_ = 0;
    std::atomic<std::size_t> names_ = 0;
};

int run(const std::string& binary, std::size_t calls, const std::vector<std::size_t>& stored) {
    Comparison comparison(binary);
    const Kind aes{"AES-256", "SECRET_KEY", ""};
    const Kind rsa{"RSA-2048 private", "PRIVATE_KEY", rsa_content()};
    for (const std::size_t keys : stored) {
        comparison.fill(keys);
        comparison.run(aes, calls);
        comparison.run(rsa, calls);
    }
    return 0;
}

}  // namespace
}  // namespace keyward::bench

int main(int argc, char** argv) {
    CLI::App app("Creates keys through the service and by a bare loop, in turns");
    std::string binary;
    std::size_t calls = 200;
    std::vector<std::size_t> stored{100, 5000};
    app.add_option("--keyward", binary, "The program to measure")->required();
    app.add_option("--calls", calls, "Creates a turn")->capture_default_str();
    app.add_option("--stored", stored, "Keys in the token before")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        return keyward::bench::run(binary, calls, stored);
    } catch (const std::exception& error) {
        std::cerr << "create_bench: " << error.what() << "\n";
        return 1;
    }
}
