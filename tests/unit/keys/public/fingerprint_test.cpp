#include "keys/public/fingerprint.hpp"

#include <cctype>

#include <gtest/gtest.h>
#include <openssl/provider.h>

#include "crypto/openssl_ptr.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

std::string check_value(Algorithm algorithm, std::string_view hex) {
    return key_check_value({algorithm, SecretBytes::copy_of(from_hex(hex))});
}

TEST(Fingerprint, SubjectPublicKeyInfoIsWhatOpensslWrites) {
    for (const SampleKey& key : sample_keys()) {
        SCOPED_TRACE(key.name);
        const PublicKey half = *public_half(decode(KeyType::private_key, key.format("PKCS#8 PEM")));
        EXPECT_EQ(octets_of(subject_public_key_info(half)), key.format("SPKI DER"));
        EXPECT_EQ(public_key_pem(half), key.format("SPKI PEM"));
        EXPECT_EQ(public_key_sha256(half), key.public_key_sha256);
    }
}

TEST(CheckValue, OfAesIsAZeroBlockEncrypted) {
    // NIST SP 800-38B, appendix D: CIPH_K(0^128) of the three example keys begins so.
    EXPECT_EQ(check_value(Algorithm::aes, "2b7e151628aed2a6abf7158809cf4f3c"), "7DF76B");
    EXPECT_EQ(check_value(Algorithm::aes, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"), "22452D");
    EXPECT_EQ(check_value(Algorithm::aes, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
              "E568F6");
}

TEST(CheckValue, OfDesedeIsAZeroBlockEncrypted) {
    // NIST SP 800-38B, appendix D.4: CIPH_K(0^64) of the three-key example.
    EXPECT_EQ(check_value(Algorithm::desede, "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5"), "C8CC74");
}

TEST(CheckValue, OfHmacIsItsMacOfNothing) {
    // HMAC-SHA-256 with an all-zero key of 16 octets is that with an empty key (RFC 2104 pads with zeros).
    EXPECT_EQ(check_value(Algorithm::hmac, std::string(32, '0')), "B61367");
}

TEST(CheckValue, OfSingleDesNeedsTheLegacyProvider) {
    EXPECT_EQ(check_value(Algorithm::des, "133457799bbcdff1"), "");
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(CheckValue, OfSingleDesIsAZeroBlockEncryptedOnceTheLegacyProviderIsThere) {
    OSSL_PROVIDER* const standard = OSSL_PROVIDER_load(nullptr, "default");
    OSSL_PROVIDER* const legacy = OSSL_PROVIDER_load(nullptr, "legacy");
    ASSERT_NE(legacy, nullptr);
    // The DES known answer of FIPS 81's sample keys: E(0) under 0123456789abcdef.
    EXPECT_EQ(check_value(Algorithm::des, "0123456789abcdef"), "D5D44F");
    OSSL_PROVIDER_unload(legacy);
    OSSL_PROVIDER_unload(standard);
}

}  // namespace
}  // namespace keyward::keys::testing
