#include <chrono>

#include "tests/e2e/support/memory.hpp"
#include "tests/e2e/support/use.hpp"
#include "tests/e2e/use/openssl_side.hpp"

namespace keyward::e2e {
namespace {

/// Traces of plaintexts in the server's memory after the request.
class SecrecyOfUse : public KeyUse {
  protected:
    /// Searches for a part from the middle, raw and in base64. A worker may release its copy only after the
    /// answer was sent, so that the search is repeated for a few seconds.
    static void expect_no_trace(const std::string& octets) {
        const std::string part = octets.substr(30, 30);
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(3);
        std::vector<std::size_t> counts;
        do
            counts = count_in_memory(server().pid(), {part, base64(part)});
        while (counts != std::vector<std::size_t>{0, 0} && std::chrono::steady_clock::now() < until);
        EXPECT_EQ(counts[0], 0U) << "raw";
        EXPECT_EQ(counts[1], 0U) << "base64";
    }
    /// A decryption with GCM of a message that the server has not encrypted.
    static json sealed_outside(const std::string& key, const std::string& message) {
        const std::string iv = random_octets(12);
        const Sealed sealed = gcm_sealed(key, iv, "", message);
        return operation("AES-GCM", sealed.ciphertext, {{"iv", base64(iv)}, {"tag", base64(sealed.tag)}});
    }

    const std::string key_ = random_octets(32);
    const std::string message_ = random_octets(300);
};

TEST_F(SecrecyOfUse, MemoryHoldsNoPlaintextAfterItsEncryption) {
    ASSERT_EQ(use(secret("AES", key_), "encrypt", operation("AES-GCM", message_)).status, 200);
    expect_no_trace(message_);
}

TEST_F(SecrecyOfUse, MemoryHoldsNoPlaintextAfterItsDecryption) {
    EXPECT_EQ(decrypted(secret("AES", key_), sealed_outside(key_, message_)), message_);
    expect_no_trace(message_);
}

TEST_F(SecrecyOfUse, MemoryHoldsNoPlaintextOfABatch) {
    const std::vector<json> batch(50, sealed_outside(key_, message_));
    EXPECT_EQ(used(secret("AES", key_), "decrypt", {{"batch", batch}})["results"].size(), 50U);
    expect_no_trace(message_);
}

TEST_F(SecrecyOfUse, MemoryHoldsNoPlaintextOfARefusedRequest) {
    const std::string name = secret("AES", key_);
    for (const json& body :
         {operation("AES-CTR", message_), operation("AES-GCM", message_, {{"iv", "AAAA"}}),
          json{{"mechanism", "AES-GCM"}, {"input", base64(message_) + "!"}},
          json{{"batch", {operation("AES-GCM", message_), operation("AES-GCM", message_, {{"iv", "A"}})}}}})
        expect_problem(use(name, "encrypt", body), 400, "validation_failed");
    expect_no_trace(message_);
}

TEST_F(SecrecyOfUse, MemoryHoldsNoPlaintextAfterRsa) {
    const std::string name = new_key("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der);
    const std::string message = message_.substr(0, 100);
    const std::string made = encrypted(name, operation("RSA-PKCS-OAEP", message, {{"hash", "SHA-1"}}));
    EXPECT_EQ(decrypted(name, operation("RSA-PKCS-OAEP", made, {{"hash", "SHA-1"}})), message);
    expect_no_trace(message);
}

}  // namespace
}  // namespace keyward::e2e
