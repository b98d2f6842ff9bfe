#include "crypto/password.hpp"

#include <gtest/gtest.h>

namespace keyward {
namespace {

SecretBytes password(std::string text) {
    return SecretBytes::take(text);
}

TEST(Password, FitsItsOwnHashAndNoOther) {
    const std::string hash = hash_password(password("correct horse"));
    EXPECT_TRUE(password_fits(password("correct horse"), hash));
    EXPECT_FALSE(password_fits(password("correct horsf"), hash));
    EXPECT_FALSE(password_fits(password(""), hash));
}

TEST(Password, IsHashedWithASaltOfItsOwn) {
    EXPECT_NE(hash_password(password("correct horse")), hash_password(password("correct horse")));
}

TEST(Password, TheHashTellsItsCost) {
    EXPECT_TRUE(hash_password(password("correct horse")).starts_with("$argon2id$v=19$m=65536,t=3,p=4$"));
}

TEST(Password, NothingFitsWhatIsNoHash) {
    EXPECT_FALSE(password_fits(password(""), ""));
    EXPECT_FALSE(password_fits(password("x"), "$argon2id$v=19$m=65536"));
}

}  // namespace
}  // namespace keyward
