#include <gtest/gtest.h>

#include "crypto/des.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

SecretKey secret(std::string_view text, std::optional<Algorithm> algorithm = std::nullopt,
                 const KeyPolicy& policy = {}) {
    KeyMaterial key = decode(KeyType::secret, text, algorithm, policy);
    return std::move(std::get<SecretKey>(key));
}

TEST(SecretKey, TheLengthChoosesAesOrDesWhenAlgorithmIsLeftOut) {
    EXPECT_EQ(secret(base64(counted(16))).algorithm, Algorithm::aes);
    EXPECT_EQ(secret(base64(counted(24))).algorithm, Algorithm::aes);
    EXPECT_EQ(secret(base64(counted(32))).algorithm, Algorithm::aes);
    EXPECT_EQ(secret(base64(counted(8))).algorithm, Algorithm::des);
}

TEST(SecretKey, EveryLengthOfAnAlgorithmThatIsNamedIsTaken) {
    for (const std::size_t size : {16U, 24U, 32U})
        EXPECT_EQ(secret(base64(counted(size)), Algorithm::aes).octets.size(), size);
    for (const std::size_t size : {16U, 17U, 63U, 1024U})
        EXPECT_EQ(secret(base64(counted(size)), Algorithm::hmac).octets.size(), size);
    EXPECT_EQ(secret(base64(counted(8)), Algorithm::des).octets.size(), 8U);
    EXPECT_EQ(secret(base64(counted(24)), Algorithm::desede).octets.size(), 24U);
}

TEST(SecretKey, EveryWrappingGivesTheSameOctets) {
    const std::string octets = counted(32);
    for (const std::string& text :
         {base64(octets), base64_lines(octets, "\n"), base64_lines(octets, "\r\n"), certutil(octets),
          " \n" + certutil(octets) + "\n\n", "\t" + base64(octets) + "\r\n"})
        EXPECT_EQ(secret(text).octets.reveal_text(), octets);
}

TEST(SecretKey, AesAndHmacOctetsStayAsTheyAre) {
    EXPECT_EQ(secret(base64(counted(32)), Algorithm::aes).octets.reveal_text(), counted(32));
    EXPECT_EQ(secret(base64(counted(99)), Algorithm::hmac).octets.reveal_text(), counted(99));
}

TEST(SecretKey, DesParityIsSet) {
    EXPECT_EQ(to_hex(secret(base64(octets_of(from_hex("0001020304050607"))), Algorithm::des).octets.reveal()),
              "0101020204040707");
    EXPECT_EQ(to_hex(secret(base64(octets_of(from_hex("133457799BBCDFF1"))), Algorithm::des).octets.reveal()),
              "133457799bbcdff1");
}

TEST(SecretKey, DesedeParityIsSetInAllThreeParts) {
    const SecretKey key = secret(base64(counted(24)), Algorithm::desede);
    EXPECT_EQ(to_hex(key.octets.reveal()), "0102020404070708080b0b0d0d0e0e101013131515161619");
    EXPECT_TRUE(has_odd_parity(key.octets.reveal()));
}

TEST(SecretKey, TwoKeyDesedeIsTakenWithLegacyMechanisms) {
    KeyPolicy legacy;
    legacy.legacy_mechanisms = true;
    const std::string two_keys = counted(16) + counted(8);
    EXPECT_EQ(secret(base64(two_keys), Algorithm::desede, legacy).octets.size(), 24U);
}

TEST(SecretKey, TwentyFourBytesOfOddParityAreTakenWithTheirAlgorithm) {
    const std::string odd = octets_of(from_hex("0102020404070708080b0b0d0d0e0e101013131515161619"));
    EXPECT_EQ(secret(base64(odd), Algorithm::aes).algorithm, Algorithm::aes);
    EXPECT_EQ(secret(base64(odd), Algorithm::desede).algorithm, Algorithm::desede);
}

TEST(SecretKey, OctetsThatLookLikePemAreStillTheRawKey) {
    const std::string text = certutil(counted(16));
    EXPECT_EQ(secret(base64(text), Algorithm::hmac).octets.reveal_text(), text);
    EXPECT_EQ(secret(certutil(text), Algorithm::hmac).octets.reveal_text(), text);
}

TEST(SecretKey, OctetsOfZeroAreNoHexadecimalText) {
    EXPECT_EQ(secret(base64(std::string(24, '\0')), Algorithm::aes).octets.size(), 24U);
}

TEST(DesWeakKeys, AreThoseOfTheStandardAndNoOthers) {
    EXPECT_TRUE(is_weak_des_key(from_hex("0101010101010101")));
    EXPECT_TRUE(is_weak_des_key(from_hex("1F1F1F1F0E0E0E0E")));
    EXPECT_TRUE(is_weak_des_key(from_hex("FEE0FEE0FEF1FEF1")));
    EXPECT_FALSE(is_weak_des_key(from_hex("133457799BBCDFF1")));
}

}  // namespace
}  // namespace keyward::keys::testing
