// scripts/bench use: compares the use of keys through the service with a loop over the same module and token
// with cached handles, alternately in one run. Also measures the cheapest answer of the service.

#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/base64.hpp"
#include "hsm/cryptoki/cryptoki.hpp"
#include "tests/bench/key_contents.hpp"
#include "tests/bench/raw_token.hpp"
#include "tests/bench/rest_service.hpp"
#include "tests/bench/statistics.hpp"
#include "tests/bench/token_folder.hpp"

namespace keyward::bench {
namespace {

constexpr std::size_t threads = 8;
constexpr int turns = 5;
constexpr std::size_t batch_size = 100;
constexpr std::size_t input_size = 256;

struct Kind {
    std::string name;
    std::string key_type;
    std::string algorithm;  ///< empty: detected from the content
    std::string content;
    std::string action;
    std::string mechanism;
    CK_MECHANISM_TYPE code;
    bool digest = false;  ///< the module gets a digest, as when it lacks the hashing mechanism
    std::size_t calls;    ///< a turn
};

std::vector<Kind> all_kinds() {
    return {{"RSA-2048 sign", "PRIVATE_KEY", "", rsa_content(), "sign", "SHA256-RSA-PKCS",
             CKM_SHA256_RSA_PKCS, false, 2'000},
            {"ECDSA P-256 sign", "PRIVATE_KEY", "", p256_content(), "sign", "ECDSA-SHA256", CKM_ECDSA, true,
             20'000},
            {"HMAC-SHA256 of 256 octets", "SECRET_KEY", "HMAC", random_content(32), "sign", "SHA256-HMAC",
             CKM_SHA256_HMAC, false, 40'000},
            {"AES-256-GCM of 256 octets", "SECRET_KEY", "AES", random_content(32), "encrypt", "AES-GCM",
             CKM_AES_GCM, false, 40'000}};
}

std::string operation_of(const Kind& kind) {
    const std::string input = to_base64(random_secret(input_size).reveal());
    return R"({"mechanism":")" + kind.mechanism + R"(","input":")" + input + R"("})";
}

std::string batch_of(const Kind& kind) {
    std::string body = R"({"batch":[)" + operation_of(kind);
    for (std::size_t i = 1; i < batch_size; ++i)
        body += "," + operation_of(kind);
    return body + "]}";
}

class Comparison {
  public:
    Comparison(const std::string& binary, std::vector<Kind> kinds)
        : rest_(binary, folder_.path(), TokenFolder::pin(), threads), kinds_(std::move(kinds)) {
        for (const Kind& kind : kinds_)
            rest_.post(0, keys_, create_body(kind.mechanism, kind.key_type, kind.algorithm, kind.content));
        stored_ = kinds_.size();
    }

    void run(std::size_t keys) {
        fill(keys);
        raw_.reset();
        raw_.emplace(KEYWARD_SOFTHSM, "production", TokenFolder::pin(), threads);
        std::cout << stored_ << " keys in the token\n";
        for (const Kind& kind : kinds_)
            run(kind);
    }

  private:
    void fill(std::size_t keys) {
        if (keys <= stored_) return;
        measure(threads, keys - stored_, [&](std::size_t client, std::size_t i) {
            rest_.post(client, keys_,
                       create_body("filler-" + std::to_string(stored_ + i), "SECRET_KEY", "AES",
                                   random_content(32)));
        });
        stored_ = keys;
    }

    Figures raw(const Kind& kind, std::uint64_t key, std::size_t with) {
        const SecretBytes input = random_secret(kind.digest ? 32 : input_size);
        return measure(with, kind.calls, [&](std::size_t thread, std::size_t) {
            if (kind.code == CKM_AES_GCM)
                raw_->encrypt_gcm(thread, key, input.reveal());
            else
                raw_->sign(thread, key, kind.code, input.reveal());
        });
    }

    Figures rest(const Kind& kind, std::size_t with, const std::string& body, std::size_t calls) {
        const std::string path = keys_ + kind.mechanism + "/environments/production/" + kind.action + "/";
        return measure(with, calls, [&](std::size_t client, std::size_t) { rest_.post(client, path, body); });
    }

    Figures live() {
        return measure(threads, 40'000,
                       [&](std::size_t client, std::size_t) { rest_.get(client, "/health/live"); });
    }

    void run(const Kind& kind) {
        const std::uint64_t key = raw_->find("Bench/" + kind.mechanism);
        const std::string one = operation_of(kind);
        const std::string batch = batch_of(kind);
        std::array<std::vector<Figures>, 6> runs;
        for (int turn = 0; turn < turns; ++turn) {
            runs[0].push_back(raw(kind, key, 1));
            runs[1].push_back(rest(kind, 1, one, kind.calls / 4));
            runs[2].push_back(raw(kind, key, threads));
            runs[3].push_back(rest(kind, threads, one, kind.calls));
            runs[4].push_back(rest(kind, threads, batch, kind.calls / batch_size));
            runs[5].push_back(live());
        }
        const Figures raw1 = median(runs[0]);
        const Figures raw8 = median(runs[2]);
        const Figures live = median(runs[5]);
        const Figures rest8 = median(runs[3]);
        Figures batches = median(runs[4]);
        batches.rate *= static_cast<double>(batch_size);
        std::cout << " " << kind.name << "\n";
        print("raw, 1 thread", raw1, nullptr, nullptr);
        print("REST, 1 connection", median(runs[1]), &raw1, nullptr);
        print("raw, 8 threads", raw8, nullptr, nullptr);
        print("/health/live, 8 connections", live, nullptr, nullptr);
        print("REST, 8 connections", rest8, &raw8, &live);
        print("REST, 8 connections, batches of 100", batches, &raw8, nullptr);
        const double before = std::exchange(rates_[kind.name], rest8.rate);
        if (before > 0) std::printf("  %.0f %% of the rate with fewer keys\n", 100 * rest8.rate / before);
    }

    static void print(const std::string& what, const Figures& figures, const Figures* raw,
                      const Figures* live) {
        std::printf("  %-36s %8.0f/s   p50 %7.3f ms   p99 %7.3f ms", what.c_str(), figures.rate,
                    figures.p50_ms, figures.p99_ms);
        if (raw != nullptr) std::printf("   %4.0f %% of raw", 100 * figures.rate / raw->rate);
        if (live != nullptr) std::printf("   %4.0f %% of live", 100 * figures.rate / live->rate);
        std::printf("\n");
        std::fflush(stdout);
    }

    const std::string keys_ = "/apiops/projects/Bench/keys/";
    TokenFolder folder_;
    RestService rest_;
    std::vector<Kind> kinds_;
    std::optional<RawToken> raw_;
    std::map<std::string, double> rates_;  ///< of the previous run with fewer keys, by kind
    std::size_t stored_ = 0;
};

}  // namespace
}  // namespace keyward::bench

int main(int argc, char** argv) {
    CLI::App app("Uses keys through the service and by a bare loop, in turns");
    std::string binary;
    std::vector<std::size_t> stored{10, 10'000};
    app.add_option("--keyward", binary, "The program to measure")->required();
    app.add_option("--stored", stored, "Keys in the token")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        keyward::bench::Comparison comparison(binary, keyward::bench::all_kinds());
        for (const std::size_t keys : stored)
            comparison.run(keys);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "use_bench: " << error.what() << "\n";
        return 1;
    }
}
