#include <array>

#include "tests/e2e/support/use.hpp"
#include "tests/e2e/use/openssl_side.hpp"

namespace keyward::e2e {
namespace {

/// Enables legacy mechanisms, so that all are tested.
class Interop : public KeyUse {
  protected:
    static void SetUpTestSuite() { start({.policy = "legacy_mechanisms = true"}); }
};

/// Lengths around the block sizes.
constexpr std::array message_sizes{0U, 1U, 15U, 16U, 17U, 1000U};

struct CipherInterop {
    const char* name;  ///< of the test
    const char* mechanism;
    const char* algorithm;
    std::size_t key_size;
    std::size_t iv_size;
    const char* openssl;  ///< the name of its cipher in the openssl command
};

void PrintTo(const CipherInterop& cipher, std::ostream* out) {
    *out << cipher.name;
}

const std::vector<CipherInterop> ciphers{
    {"Aes128Cbc", "AES-CBC-PAD", "AES", 16, 16, "aes-128-cbc"},
    {"Aes192Cbc", "AES-CBC-PAD", "AES", 24, 16, "aes-192-cbc"},
    {"Aes256Cbc", "AES-CBC-PAD", "AES", 32, 16, "aes-256-cbc"},
    {"Aes128Ctr", "AES-CTR", "AES", 16, 16, "aes-128-ctr"},
    {"Aes192Ctr", "AES-CTR", "AES", 24, 16, "aes-192-ctr"},
    {"Aes256Ctr", "AES-CTR", "AES", 32, 16, "aes-256-ctr"},
    {"Aes128Ecb", "AES-ECB", "AES", 16, 0, "aes-128-ecb"},
    {"Aes256Ecb", "AES-ECB", "AES", 32, 0, "aes-256-ecb"},
    {"DesCbc", "DES-CBC-PAD", "DES", 8, 8, "des-cbc"},
    {"Des3Cbc", "DES3-CBC-PAD", "DESede", 24, 8, "des-ede3-cbc"},
};

class CipherExchange : public Interop, public testing::WithParamInterface<CipherInterop> {
  protected:
    static std::string new_octets() {
        const CipherInterop& cipher = GetParam();
        return std::string(cipher.algorithm) == "AES" ? random_octets(cipher.key_size)
                                                      : des_key(cipher.key_size);
    }
    static std::vector<std::string> messages() {
        std::vector<std::string> all;
        for (const std::size_t size : message_sizes)
            if (GetParam().iv_size != 0) all.push_back(random_octets(size));
        if (GetParam().iv_size == 0)
            for (const std::size_t size : {16U, 32U, 1024U})
                all.push_back(random_octets(size));
        return all;
    }
};

TEST_P(CipherExchange, OpensslOpensWhatWeMake) {
    const CipherInterop& cipher = GetParam();
    const std::string key = new_octets();
    const std::string name = secret(cipher.algorithm, key, {cipher.mechanism});
    for (const std::string& message : messages()) {
        const json made = used(name, "encrypt", operation(cipher.mechanism, message));
        EXPECT_EQ(octets_in(made, "iv").size(), cipher.iv_size);
        EXPECT_EQ(openssl_decrypted(cipher.openssl, key, octets_in(made, "iv"), octets_in(made, "output")),
                  message)
            << message.size();
    }
}

TEST_P(CipherExchange, WeOpenWhatOpensslMakes) {
    const CipherInterop& cipher = GetParam();
    const std::string key = new_octets();
    const std::string name = secret(cipher.algorithm, key, {cipher.mechanism});
    for (const std::string& message : messages()) {
        const std::string iv = random_octets(cipher.iv_size);
        json body = operation(cipher.mechanism, openssl_encrypted(cipher.openssl, key, iv, message));
        if (!iv.empty()) body["iv"] = base64(iv);
        EXPECT_EQ(decrypted(name, body), message) << message.size();
    }
}

INSTANTIATE_TEST_SUITE_P(Of, CipherExchange, testing::ValuesIn(ciphers),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(Interop, TheWholeBlockOfACounterCounts) {
    const std::string key = random_octets(32);
    const std::string before_the_carry = std::string(8, '\x07') + std::string(8, '\xFF');
    const std::string message = random_octets(100);
    const json body = operation("AES-CTR", message, {{"iv", base64(before_the_carry)}});
    EXPECT_EQ(encrypted(secret("AES", key, {"AES-CTR"}), body),
              openssl_encrypted("aes-256-ctr", key, before_the_carry, message));
}

class GcmExchange : public Interop, public testing::WithParamInterface<std::size_t> {};

TEST_P(GcmExchange, LibcryptoOpensWhatWeMake) {
    const std::string key = random_octets(GetParam());
    const std::string name = secret("AES", key);
    for (const std::size_t size : message_sizes) {
        const std::string message = random_octets(size);
        const std::string aad = random_octets(size / 2);
        const json made = used(name, "encrypt", operation("AES-GCM", message, {{"aad", base64(aad)}}));
        const Sealed sealed{octets_in(made, "output"), octets_in(made, "tag")};
        EXPECT_EQ(gcm_opened(key, octets_in(made, "iv"), aad, sealed), message) << size;
        EXPECT_EQ(gcm_opened(key, octets_in(made, "iv"), aad + "!", sealed), std::nullopt) << size;
    }
}

TEST_P(GcmExchange, WeOpenWhatLibcryptoMakes) {
    const std::string key = random_octets(GetParam());
    const std::string name = secret("AES", key);
    for (const std::size_t size : message_sizes) {
        const std::string message = random_octets(size);
        const std::string aad = random_octets(size / 2);
        const std::string iv = random_octets(12);
        const Sealed sealed = gcm_sealed(key, iv, aad, message);
        json body = operation("AES-GCM", sealed.ciphertext,
                              {{"iv", base64(iv)}, {"aad", base64(aad)}, {"tag", base64(sealed.tag)}});
        EXPECT_EQ(decrypted(name, body), message) << size;
        body["tag"] = base64(damaged(sealed.tag));
        expect_not_decrypted(name, body);
    }
}

INSTANTIATE_TEST_SUITE_P(OfOctets, GcmExchange, testing::Values(16U, 24U, 32U),
                         testing::PrintToStringParamName());

struct MacInterop {
    const char* name;  ///< of the test
    const char* mechanism;
    const char* algorithm;
    std::size_t key_size;
    std::vector<std::string> options;  ///< of `openssl mac`
};

void PrintTo(const MacInterop& mac, std::ostream* out) {
    *out << mac.name;
}

const std::vector<MacInterop> mac_rows{
    {"Sha1", "SHA-1-HMAC", "HMAC", 20, {"-digest", "SHA1", "HMAC"}},
    {"Sha224", "SHA224-HMAC", "HMAC", 28, {"-digest", "SHA224", "HMAC"}},
    {"Sha256", "SHA256-HMAC", "HMAC", 32, {"-digest", "SHA256", "HMAC"}},
    {"Sha384", "SHA384-HMAC", "HMAC", 48, {"-digest", "SHA384", "HMAC"}},
    {"Sha512", "SHA512-HMAC", "HMAC", 64, {"-digest", "SHA512", "HMAC"}},
    {"Sha512WithTheShortestKey", "SHA512-HMAC", "HMAC", 16, {"-digest", "SHA512", "HMAC"}},
    {"Sha256WithTheLongestKey", "SHA256-HMAC", "HMAC", 1024, {"-digest", "SHA256", "HMAC"}},
    {"Cmac128", "AES-CMAC", "AES", 16, {"-cipher", "AES-128-CBC", "CMAC"}},
    {"Cmac192", "AES-CMAC", "AES", 24, {"-cipher", "AES-192-CBC", "CMAC"}},
    {"Cmac256", "AES-CMAC", "AES", 32, {"-cipher", "AES-256-CBC", "CMAC"}},
};

class MacExchange : public Interop, public testing::WithParamInterface<MacInterop> {};

TEST_P(MacExchange, OpensslMakesTheSame) {
    const MacInterop& mac = GetParam();
    const std::string key = random_octets(mac.key_size);
    const std::string name = secret(mac.algorithm, key, {mac.mechanism});
    for (const std::size_t size : message_sizes) {
        const std::string message = random_octets(size);
        const std::string theirs = openssl_mac(mac.options, key, message);
        EXPECT_EQ(signature(name, operation(mac.mechanism, message)), theirs) << size;
        EXPECT_TRUE(verifies(name, operation(mac.mechanism, message), theirs)) << size;
    }
}

INSTANTIATE_TEST_SUITE_P(Of, MacExchange, testing::ValuesIn(mac_rows),
                         [](const auto& each) { return std::string(each.param.name); });

struct SignatureInterop {
    const char* name;  ///< of the test
    const char* mechanism;
    const char* kind;                ///< of e2e::key_pair
    std::vector<std::string> words;  ///< of `openssl dgst`
};

void PrintTo(const SignatureInterop& each, std::ostream* out) {
    *out << each.name;
}

std::vector<std::string> pss(const char* digest) {
    return {digest, "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"};
}

const std::vector<SignatureInterop> signatures{
    {"RsaSha256", "SHA256-RSA-PKCS", "RSA-2048", {"-sha256"}},
    {"RsaSha384", "SHA384-RSA-PKCS", "RSA-2048", {"-sha384"}},
    {"RsaSha512", "SHA512-RSA-PKCS", "RSA-2048", {"-sha512"}},
    {"RsaOfAnOddSize", "SHA256-RSA-PKCS", "RSA-2050", {"-sha256"}},
    {"PssSha256", "SHA256-RSA-PKCS-PSS", "RSA-2048", pss("-sha256")},
    {"PssSha384", "SHA384-RSA-PKCS-PSS", "RSA-2048", pss("-sha384")},
    {"PssSha512", "SHA512-RSA-PKCS-PSS", "RSA-2048", pss("-sha512")},
    {"P256Sha256", "ECDSA-SHA256", "P-256", {"-sha256"}},
    {"P256Sha384", "ECDSA-SHA384", "P-256", {"-sha384"}},
    {"P256Sha512", "ECDSA-SHA512", "P-256", {"-sha512"}},
    {"P384Sha256", "ECDSA-SHA256", "P-384", {"-sha256"}},
    {"P384Sha384", "ECDSA-SHA384", "P-384", {"-sha384"}},
    {"P384Sha512", "ECDSA-SHA512", "P-384", {"-sha512"}},
    {"P521Sha256", "ECDSA-SHA256", "P-521", {"-sha256"}},
    {"P521Sha384", "ECDSA-SHA384", "P-521", {"-sha384"}},
    {"P521Sha512", "ECDSA-SHA512", "P-521", {"-sha512"}},
    {"Secp256k1Sha256", "ECDSA-SHA256", "secp256k1", {"-sha256"}},
};

class SignatureExchange : public Interop, public testing::WithParamInterface<SignatureInterop> {
  protected:
    static const KeyPair& pair() { return key_pair(GetParam().kind); }
    static const char* algorithm() {
        return std::string_view(GetParam().kind).starts_with("RSA") ? "RSA" : "EC";
    }
    std::string private_key() { return new_key("PRIVATE_KEY", algorithm(), pair().pkcs8_der); }
    std::string public_key() { return new_key("PUBLIC_KEY", algorithm(), pair().spki_der); }
    /// Signs the digest, which the test computes.
    static json by_digest(const std::string& message) {
        const auto& words = GetParam().words;
        const test::TemporaryFolder folder;
        const std::string digest =
            test::output_of({"openssl", "dgst", words.front(), "-binary", folder.write("message", message)});
        return {{"mechanism", GetParam().mechanism}, {"digest", base64(digest)}};
    }
};

TEST_P(SignatureExchange, OpensslVerifiesWhatWeSign) {
    const std::string name = private_key();
    const std::string message = random_octets(100);
    for (const json& body : {operation(GetParam().mechanism, message), by_digest(message)}) {
        const std::string made = signature(name, body);
        EXPECT_TRUE(openssl_verifies(GetParam().words, pair().spki_pem, message, made)) << body;
        EXPECT_FALSE(openssl_verifies(GetParam().words, pair().spki_pem, message + "!", made)) << body;
    }
}

TEST_P(SignatureExchange, WeVerifyWhatOpensslSigns) {
    const std::string message = random_octets(100);
    const std::string made = openssl_signed(GetParam().words, pair().pkcs8_pem, message);
    for (const std::string& name : {private_key(), public_key()}) {
        EXPECT_TRUE(verifies(name, operation(GetParam().mechanism, message), made));
        EXPECT_TRUE(verifies(name, by_digest(message), made));
        EXPECT_FALSE(verifies(name, by_digest(message + "!"), made));
        EXPECT_FALSE(
            verifies(name, operation(GetParam().mechanism, message), made.substr(0, made.size() - 1)));
    }
}

TEST_P(SignatureExchange, AnotherKeyRefusesIt) {
    const std::string message = random_octets(100);
    const std::string stranger = new_key("PUBLIC_KEY", algorithm(), key_pair(GetParam().kind, 1).spki_der);
    EXPECT_FALSE(verifies(stranger, operation(GetParam().mechanism, message),
                          openssl_signed(GetParam().words, pair().pkcs8_pem, message)));
}

INSTANTIATE_TEST_SUITE_P(Of, SignatureExchange, testing::ValuesIn(signatures),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(Interop, Ed25519SignaturesAreOpensslsToo) {
    const KeyPair& pair = key_pair("Ed25519");
    const std::string name = new_key("PRIVATE_KEY", "Ed25519", pair.pkcs8_der);
    for (const std::size_t size : {1U, 100U, 10'000U}) {
        const std::string message = random_octets(size);
        const std::string ours = signature(name, operation("EDDSA", message));
        EXPECT_TRUE(openssl_pkeyutl_verifies({"-rawin"}, pair.spki_pem, message, ours)) << size;
        EXPECT_EQ(openssl_pkeyutl({"-sign", "-rawin"}, pair.pkcs8_pem, message), ours) << size;
        EXPECT_TRUE(verifies(name, operation("EDDSA", message), ours)) << size;
    }
}

struct RsaCipherInterop {
    const char* name;  ///< of the test
    const char* mechanism;
    std::size_t longest;             ///< message with 2048 bits
    std::vector<std::string> words;  ///< of `openssl pkeyutl`
    nlohmann::json more;             ///< parameters
};

void PrintTo(const RsaCipherInterop& each, std::ostream* out) {
    *out << each.name;
}

const std::vector<RsaCipherInterop> rsa_ciphers{
    {"OaepWithSha1",
     "RSA-PKCS-OAEP",
     214,
     {"-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha1", "-pkeyopt", "rsa_mgf1_md:sha1"},
     {{"hash", "SHA-1"}}},
    {"Pkcs1", "RSA-PKCS", 245, {"-pkeyopt", "rsa_padding_mode:pkcs1"}, nlohmann::json::object()},
};

class RsaExchange : public Interop, public testing::WithParamInterface<RsaCipherInterop> {
  protected:
    static const KeyPair& pair() { return key_pair("RSA-2048"); }
    static std::vector<std::string> words(std::vector<std::string> first) {
        first.insert(first.end(), GetParam().words.begin(), GetParam().words.end());
        return first;
    }
    static std::array<std::string, 3> messages() {
        return {random_octets(1), random_octets(32), random_octets(GetParam().longest)};
    }
    static json body(const std::string& input) {
        return operation(GetParam().mechanism, input, GetParam().more);
    }
};

TEST_P(RsaExchange, OpensslOpensWhatWeMakeWithEitherHalf) {
    for (const std::string& name : {new_key("PRIVATE_KEY", "RSA", pair().pkcs8_der, {GetParam().mechanism}),
                                    new_key("PUBLIC_KEY", "RSA", pair().spki_der, {GetParam().mechanism})})
        for (const std::string& message : messages())
            EXPECT_EQ(openssl_pkeyutl(words({"-decrypt"}), pair().pkcs8_pem, encrypted(name, body(message))),
                      message);
}

TEST_P(RsaExchange, WeOpenWhatOpensslMakes) {
    const std::string name = new_key("PRIVATE_KEY", "RSA", pair().pkcs8_der, {GetParam().mechanism});
    for (const std::string& message : messages()) {
        const std::string made = openssl_pkeyutl(words({"-encrypt", "-pubin"}), pair().spki_pem, message);
        EXPECT_EQ(decrypted(name, body(made)), message);
    }
}

TEST_P(RsaExchange, AnotherKeyDoesNotOpenIt) {
    const std::string stranger =
        new_key("PRIVATE_KEY", "RSA", key_pair("RSA-2048", 1).pkcs8_der, {GetParam().mechanism});
    const std::string message = random_octets(32);
    const std::string made = openssl_pkeyutl(words({"-encrypt", "-pubin"}), pair().spki_pem, message);
    // PKCS#1 v1.5 accepts about one of ten thousand random blocks.
    const json answer = used(stranger, "decrypt", body(made));
    EXPECT_FALSE(answer.value("success", false) && octets_in(answer, "output") == message);
}

INSTANTIATE_TEST_SUITE_P(With, RsaExchange, testing::ValuesIn(rsa_ciphers),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace keyward::e2e
