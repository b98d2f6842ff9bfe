#include <array>

#include <gtest/gtest.h>

#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

TEST(KeyMaterial, NamesAreThoseOfTheContractAndReadBack) {
    for (const auto* name : {"SECRET_KEY", "PRIVATE_KEY", "PUBLIC_KEY", "RSA"})
        EXPECT_EQ(to_string(*key_type_from(name)), name);
    for (const auto* name : {"AES", "DES", "DESede", "HMAC", "RSA", "EC", "Ed25519"})
        EXPECT_EQ(to_string(*algorithm_from(name)), name);
    for (const auto& [curve, name] :
         {std::pair{Curve::p256, "P-256"}, std::pair{Curve::p384, "P-384"}, std::pair{Curve::p521, "P-521"},
          std::pair{Curve::secp256k1, "secp256k1"}})
        EXPECT_EQ(to_string(curve), name);
}

TEST(KeyMaterial, NamesAreCaseSensitive) {
    EXPECT_FALSE(key_type_from("secret_key"));
    EXPECT_FALSE(algorithm_from("aes"));
    EXPECT_FALSE(algorithm_from("DESEDE"));
    EXPECT_FALSE(algorithm_from(""));
}

TEST(KeyMaterial, SizesAreAsUsersNameThem) {
    const auto secret_bits = [](std::size_t size, Algorithm algorithm) {
        std::string octets;
        for (std::size_t i = 0; i < size; ++i)
            octets += static_cast<char>(i + 1);
        return size_in_bits(decode(KeyType::secret, base64(octets), algorithm));
    };
    EXPECT_EQ(secret_bits(16, Algorithm::aes), 128);
    EXPECT_EQ(secret_bits(24, Algorithm::desede), 192);
    EXPECT_EQ(secret_bits(8, Algorithm::des), 64);
    EXPECT_EQ(secret_bits(20, Algorithm::hmac), 160);
}

TEST(KeyMaterial, SizesOfBothHalvesAreTheModulusOrTheField) {
    constexpr std::array<std::pair<const char*, int>, 6> sizes{{{"RSA-2048", 2048},
                                                                {"P-256", 256},
                                                                {"P-384", 384},
                                                                {"P-521", 521},
                                                                {"secp256k1", 256},
                                                                {"Ed25519", 256}}};
    for (const auto& [name, bits] : sizes) {
        SCOPED_TRACE(name);
        EXPECT_EQ(size_in_bits(decode(KeyType::private_key, sample_key(name).format("PKCS#8 PEM"))), bits);
        EXPECT_EQ(size_in_bits(decode(KeyType::public_key, sample_key(name).format("SPKI PEM"))), bits);
    }
}

TEST(KeyMaterial, ASecretKeyHasNoPublicHalf) {
    const KeyMaterial key = decode(KeyType::secret, base64("0123456789abcdef"));
    EXPECT_FALSE(public_half(key));
    EXPECT_FALSE(is_private(key));
}

}  // namespace
}  // namespace keyward::keys::testing
