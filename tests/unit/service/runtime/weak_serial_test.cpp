#include <gtest/gtest.h>

#include "service/runtime/pinned_token.hpp"

namespace keyward::service {
namespace {

TokenIdentity with_serial(const std::string& serial) {
    TokenIdentity identity;
    identity.serial = serial;
    return identity;
}

TEST(WeakSerial, EmptyOnesAreWeak) {
    EXPECT_EQ(weakness_of_serial(with_serial("")), "is empty");
    EXPECT_EQ(weakness_of_serial(with_serial("   ")), "is empty");
}

TEST(WeakSerial, ZerosAreWeak) {
    EXPECT_EQ(weakness_of_serial(with_serial("0000000000000000")), "is all zeros");
    EXPECT_EQ(weakness_of_serial(with_serial("0")), "is all zeros");
}

TEST(WeakSerial, DefaultsOfMakersAreWeak) {
    for (const char* const serial : {"123", "123             ", "1234", "0123456789", "1234567890", "1",
                                     "0000000000000001", "FFFFFFFFFFFFFFFF"})
        EXPECT_EQ(weakness_of_serial(with_serial(serial)), "looks like a default of its maker") << serial;
}

TEST(WeakSerial, OnesThatTwoTokensHaveAreWeak) {
    TokenIdentity identity = with_serial("a1b2c3d4e5f60718");
    identity.serial_is_shared = true;
    EXPECT_EQ(weakness_of_serial(identity), "is also that of another token of the module");
}

TEST(WeakSerial, OthersAreNot) {
    for (const char* const serial : {"a1b2c3d4e5f60718", "07550054", "DENK0104068", "1235"})
        EXPECT_FALSE(weakness_of_serial(with_serial(serial))) << serial;
}

}  // namespace
}  // namespace keyward::service
