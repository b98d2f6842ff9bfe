#include <string>

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/bytes.hpp"
#include "base/client_text.hpp"
#include "base/ids.hpp"
#include "base/secret_bytes.hpp"

namespace keyward {
namespace {

class Names : public testing::TestWithParam<const char*> {};

TEST_P(Names, AreShownAsTheyAre) {
    EXPECT_TRUE(looks_like_name(GetParam()));
    EXPECT_EQ(shown_name(GetParam()), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Usual, Names,
                         testing::Values("production", "my-key", "MyProject/my-key", "Müller's key 2",
                                         "descripton", "cryptoKeyInfoEnvironmentList",
                                         "expectedKeyCheckValue", "publicKeySha256", "key-12-3f2a9c81",
                                         "payment-gateway-key-2026-11", "a/b~c", "SHA256-RSA-PKCS-PSS",
                                         "AES_256_GCM_PROD_01", "key-550e8400-e29b-41d4-a716-446655440000"));

class Material : public testing::TestWithParam<const char*> {};

TEST_P(Material, IsNotShown) {
    const std::string text = GetParam();
    EXPECT_FALSE(looks_like_name(text));
    EXPECT_EQ(shown_name(text), "(" + std::to_string(text.size()) + " bytes that are not shown)");
}

INSTANTIATE_TEST_SUITE_P(InManyForms, Material,
                         testing::Values("ASNFZ4mrze8=", "q83vEjRWeJCrze8SNFZ4kA==", "0123456789abcdef",
                                         "0123456789ABCDEF0123456789ABCDEF", "01:23:45:67:89:ab:cd:ef",
                                         "01 23 45 67 89 ab cd ef", "key 0123456789abcdef0123456789abcdef",
                                         "mX2vQ8rT5wLkZ1pN7cYbA4sD9fGhJ3eU", "line\nline",
                                         "-----BEGIN PRIVATE KEY-----", "4111111111111111",
                                         "q83vEjRWeJCrze8SNFZ4kA-_q83vEjRWeJCrze8SNFZ4kA"));

TEST(RandomMaterial, IsHardlyEverShown) {
    int shown = 0;
    for (int i = 0; i < 1000; ++i)
        for (const std::size_t size : {16, 24, 32, 48}) {
            const SecretBytes octets = random_secret(size);
            std::string base64 = to_base64(octets.reveal());
            base64.erase(base64.find_last_not_of('=') + 1);
            shown += looks_like_name(base64) ? 1 : 0;
            EXPECT_FALSE(looks_like_name(to_base64(octets.reveal()) + "="));
            EXPECT_FALSE(looks_like_name(to_hex(octets.reveal())));
        }
    EXPECT_LT(shown, 40);
}

TEST(ShownName, IsCutAfter64BytesAndBetweenCharacters) {
    EXPECT_EQ(shown_name(std::string(64, 'x')), std::string(64, 'x'));
    EXPECT_EQ(shown_name(std::string(65, 'x')), std::string(64, 'x') + "…");
    EXPECT_EQ(shown_name(std::string(63, 'x') + "ü" + "y"), std::string(63, 'x') + "…");
    EXPECT_EQ(shown_name(std::string(256, 'x')), "(256 bytes that are not shown)");
    EXPECT_EQ(shown_name("\xFF"), "(1 bytes that are not shown)");
    EXPECT_EQ(shown_name(""), "");
}

}  // namespace
}  // namespace keyward
