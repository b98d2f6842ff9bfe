#include "tests/e2e/known_answers/cipher_vectors.hpp"
#include "tests/e2e/known_answers/known_answers.hpp"
#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

/// Enables legacy mechanisms, so that all are tested.
class KnownCiphers : public KeyUse {
  protected:
    static void SetUpTestSuite() { start({.policy = "legacy_mechanisms = true"}); }

    static json parameters_of(const CipherVector& vector) {
        json parameters = json::object();
        if (*vector.iv != 0) parameters["iv"] = base64(from_hex(vector.iv));
        if (*vector.aad != 0) parameters["aad"] = base64(from_hex(vector.aad));
        return parameters;
    }
    static json encryption_of(const CipherVector& vector) {
        return operation(vector.mechanism, from_hex(vector.plaintext), parameters_of(vector));
    }
    static json decryption_of(const CipherVector& vector) {
        json body = operation(vector.mechanism, from_hex(vector.ciphertext), parameters_of(vector));
        if (*vector.tag != 0) body["tag"] = base64(from_hex(vector.tag));
        return body;
    }
    std::string key_of(const CipherVector& vector) {
        return secret(vector.algorithm, from_hex(vector.key), {vector.mechanism});
    }
    /// Changes a bit that is part of the key: the last bit of each octet of a DES key is parity.
    std::string other_key(const CipherVector& vector) {
        std::string key = from_hex(vector.key);
        key[0] = static_cast<char>(key[0] ^ 0x0E);
        return secret(vector.algorithm, key, {vector.mechanism});
    }
};

class PublishedCipher : public KnownCiphers, public testing::WithParamInterface<CipherVector> {};

TEST_P(PublishedCipher, IsEncryptedAsPublished) {
    const CipherVector& vector = GetParam();
    const json answer = used(key_of(vector), "encrypt", encryption_of(vector));
    const std::string output = octets_in(answer, "output");
    if (vector.extent == Ciphertext::whole) {
        EXPECT_EQ(hex(output), vector.ciphertext);
    } else {
        EXPECT_EQ(hex(output.substr(0, from_hex(vector.ciphertext).size())), vector.ciphertext);
        EXPECT_EQ(output.size(), from_hex(vector.ciphertext).size() + from_hex(vector.iv).size());
    }
    EXPECT_EQ(hex(octets_in(answer, "iv")), vector.iv);
    EXPECT_EQ(hex(octets_in(answer, "tag")), vector.tag);
}

TEST_P(PublishedCipher, IsDecryptedAsPublished) {
    const CipherVector& vector = GetParam();
    const std::string key = key_of(vector);
    json body = decryption_of(vector);
    // Keyward adds a block of padding, which the published example lacks.
    if (vector.extent == Ciphertext::without_its_padding)
        body["input"] = base64(encrypted(key, encryption_of(vector)));
    EXPECT_EQ(hex(decrypted(key, body)), vector.plaintext);
}

TEST_P(PublishedCipher, DoesNotComeOutWithAnotherKey) {
    const CipherVector& vector = GetParam();
    const std::string key = key_of(vector);
    // Encrypted by the test, because a published ciphertext without padding cannot be decrypted with any key.
    json sealed = reversed(vector.mechanism, used(key, "encrypt", encryption_of(vector)));
    sealed.update(parameters_of(vector));
    const json right = used(key, "decrypt", sealed);
    EXPECT_TRUE(right.value("success", false)) << right;
    EXPECT_EQ(hex(octets_in(right, "output")), vector.plaintext);
    const json wrong = used(other_key(vector), "decrypt", sealed);
    EXPECT_NE(wrong.dump(), right.dump());
}

constexpr auto name_of = [](const auto& each) { return std::string(each.param.name); };
INSTANTIATE_TEST_SUITE_P(Of, PublishedCipher, testing::ValuesIn(cipher_vectors()), name_of);

class PublishedGcm : public PublishedCipher {};

TEST_P(PublishedGcm, IsRefusedWithEveryPartDamaged) {
    const CipherVector& vector = GetParam();
    const std::string key = key_of(vector);
    const json right = decryption_of(vector);
    for (const char* part : {"input", "iv", "aad", "tag"}) {
        const std::string octets = octets_in(right, part);
        if (octets.empty()) continue;
        for (const std::size_t place : {std::size_t{0}, octets.size() - 1}) {
            SCOPED_TRACE(std::string(part) + " at " + std::to_string(place));
            json wrong = right;
            wrong[part] = base64(damaged(octets, place));
            expect_not_decrypted(key, wrong);
        }
    }
    EXPECT_EQ(hex(decrypted(key, right)), vector.plaintext);
}

TEST_P(PublishedGcm, IsRefusedWithDataToAuthenticateThatIsNotItsOwn) {
    const CipherVector& vector = GetParam();
    json wrong = decryption_of(vector);
    wrong["aad"] = base64(from_hex(vector.aad) + std::string(1, '\0'));
    expect_not_decrypted(key_of(vector), wrong);
}

TEST_P(PublishedGcm, IsRefusedWithoutAPartOfItsCiphertext) {
    const CipherVector& vector = GetParam();
    const std::string ciphertext = from_hex(vector.ciphertext);
    if (ciphertext.empty()) return;
    json wrong = decryption_of(vector);
    wrong["input"] = base64(ciphertext.substr(1));
    expect_not_decrypted(key_of(vector), wrong);
}

TEST_P(PublishedGcm, IsRefusedWithAnotherKey) {
    expect_not_decrypted(other_key(GetParam()), decryption_of(GetParam()));
}

std::vector<CipherVector> gcm_vectors() {
    std::vector<CipherVector> some;
    for (const CipherVector& vector : cipher_vectors())
        if (*vector.tag != 0) some.push_back(vector);
    return some;
}
INSTANTIATE_TEST_SUITE_P(Of, PublishedGcm, testing::ValuesIn(gcm_vectors()), name_of);

class PublishedWrongPadding : public KnownCiphers, public testing::WithParamInterface<WronglyPadded> {};

TEST_P(PublishedWrongPadding, IsRefused) {
    const WronglyPadded& vector = GetParam();
    const std::string key = secret("AES", from_hex(vector.key), {"AES-CBC-PAD"});
    expect_not_decrypted(
        key, operation("AES-CBC-PAD", from_hex(vector.ciphertext), {{"iv", base64(from_hex(vector.iv))}}));
}

INSTANTIATE_TEST_SUITE_P(Of, PublishedWrongPadding, testing::ValuesIn(wrongly_padded()),
                         [](const auto& each) { return "Test_" + std::to_string(each.param.id); });

}  // namespace

std::set<std::string> mechanisms_of_known_ciphers() {
    return mechanisms_of(cipher_vectors());
}

}  // namespace keyward::e2e
