#include "tests/e2e/support/memory.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

/// The patterns by which material is found: raw, base64 and hex, of its start and of a later part, because
/// the allocator overwrites the first sixteen octets of freed memory. Base64 does not depend on preceding
/// octets when their number is a multiple of three.
std::vector<std::string> traces_of(const std::string& octets) {
    std::vector<std::string> patterns;
    for (const std::string& part : {octets.substr(0, 15), octets.substr(15, 15)})
        for (const std::string& form : {part, base64(part), hex(part), upper(hex(part))})
            patterns.push_back(form);
    return patterns;
}

class Secrecy : public LiveKeyward {
  protected:
    /// Counts each pattern in the server's memory. A worker may release its copy only after the answer was
    /// sent, so that the search is repeated for a few seconds.
    static std::vector<std::size_t> lasting_traces(const std::vector<std::string>& patterns) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(3);
        auto counts = count_in_memory(server().pid(), patterns);
        while (std::ranges::any_of(counts, std::identity{}) && std::chrono::steady_clock::now() < until)
            counts = count_in_memory(server().pid(), patterns);
        return counts;
    }
    void expect_no_trace(const std::string& octets, const std::string& of) {
        const auto counts = lasting_traces(traces_of(octets));
        constexpr std::array forms{"raw", "base64", "hex", "upper-case hex"};
        for (std::size_t i = 0; i < counts.size(); ++i)
            EXPECT_EQ(counts[i], 0U) << of << ": " << (i < forms.size() ? "start, " : "later part, ")
                                     << forms[i % forms.size()];
    }
    /// Sends other requests, as a busy server has them, so that reused buffers are overwritten.
    void carry_on() {
        for (int i = 0; i < 20; ++i)
            EXPECT_EQ(create(aes_body(unique_name())).status, 200);
    }
    std::string file(const char* name) { return test::read_file(home().folder().file(name)); }
};

TEST_F(Secrecy, TheSearchFindsWhatIsThere) {
    EXPECT_GT(count_in_memory(server().pid(), {home().config()})[0], 0U);
}

TEST_F(Secrecy, MemoryHoldsNoSecretKeyAfterItsCreate) {
    const std::string key = random_octets(32);
    ASSERT_EQ(create(create_body(unique_name(), "SECRET_KEY", "AES",
                                 {{"production", base64(key)}, {"staging", base64(key)}}))
                  .status,
              200);
    expect_no_trace(key, "AES");
}

TEST_F(Secrecy, MemoryHoldsNoHmacKeyAfterItsCreate) {
    const std::string key = random_octets(64);
    ASSERT_EQ(create(create_body(unique_name(), "SECRET_KEY", "HMAC", {{"production", base64(key)}})).status,
              200);
    expect_no_trace(key, "HMAC");
}

TEST_F(Secrecy, MemoryHoldsNoRefusedKey) {
    const std::string key = random_octets(33);
    expect_problem(create(create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(key)}})),
                   400, "validation_failed");
    expect_no_trace(key, "a key of the wrong length");
}

TEST_F(Secrecy, MemoryHoldsNoKeyOfARequestThatWasNotAllowed) {
    const std::string key = random_octets(33);
    const std::string body = text_of(create_body("x", "SECRET_KEY", "AES", {{"production", base64(key)}}));
    expect_problem(send({.method = "POST", .path = keys_path(), .body = body, .token = "kw_no"}), 401,
                   "invalid_token");
    expect_no_trace(key, "a key without a login");
}

TEST_F(Secrecy, MemoryHoldsNoKeyOfMalformedJson) {
    const std::string key = random_octets(33);
    const std::string body =
        text_of(create_body("x", "SECRET_KEY", "AES", {{"production", base64(key)}})) + "}";
    expect_problem(post(keys_path(), body), 400, "bad_request");
    expect_no_trace(key, "a key in malformed JSON");
}

/// RFC 8017: the private exponent begins about 280 octets after the start; the primes and exponents follow up
/// to the end. Groups of base64 begin at multiples of three.
TEST_F(Secrecy, MemoryHoldsNoRsaKeyAfterItsCreate) {
    const std::string der = key_pair("RSA-2048", 7).traditional_der;
    ASSERT_EQ(create(create_body(unique_name(), "PRIVATE_KEY", "RSA", {{"production", base64(der)}})).status,
              200);
    std::vector<std::string> patterns;
    for (std::size_t at = 300; at + 24 < der.size(); at += 60) {
        patterns.push_back(der.substr(at, 24));
        patterns.push_back(base64(der.substr(at, 24)));
    }
    const auto counts = lasting_traces(patterns);
    for (std::size_t i = 0; i < counts.size(); ++i)
        EXPECT_EQ(counts[i], 0U) << (i % 2 == 0 ? "raw" : "base64") << " from octet " << 300 + i / 2 * 60;
}

TEST_F(Secrecy, MemoryHoldsNoEcKeyAfterItsCreate) {
    const std::string der = key_pair("P-256", 7).traditional_der;
    ASSERT_EQ(create(create_body(unique_name(), "PRIVATE_KEY", "EC", {{"production", base64(der)}})).status,
              200);
    expect_no_trace(der.substr(9, 30), "P-256");
}

TEST_F(Secrecy, MemoryHoldsNoPin) {
    for (const std::string& pin : home().pins())
        EXPECT_EQ(count_in_memory(server().pid(), {pin})[0], 0U);
}

TEST_F(Secrecy, MemoryHoldsNoTokenAfterItsRequest) {
    const std::string token = home().must({"token", "create", "--user", "alice"});
    EXPECT_EQ(send({.path = key_path("none"), .token = token}).status, 404);
    carry_on();
    EXPECT_EQ(count_in_memory(server().pid(), {token.substr(3)})[0], 0U);
}

TEST_F(Secrecy, LogAndDatabaseHoldNoMaterial) {
    const std::string key = random_octets(32);
    ASSERT_EQ(create(create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(key)}})).status,
              200);
    for (const char* name : {"log", "keyward.db", "keyward.db-wal"})
        for (const std::string& pattern : traces_of(key))
            EXPECT_EQ(file(name).find(pattern), std::string::npos) << name;
}

TEST_F(Secrecy, CoreDumpsAreOff) {
    rlimit limit{};
    ASSERT_EQ(::prlimit(server().pid(), RLIMIT_CORE, nullptr, &limit), 0);
    EXPECT_EQ(limit.rlim_cur, 0U);
}

}  // namespace
}  // namespace keyward::e2e
