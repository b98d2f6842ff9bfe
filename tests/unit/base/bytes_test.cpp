#include "base/bytes.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace keyward {
namespace {

TEST(Hex, IsLowerCaseAndTwoCharactersAnOctet) {
    EXPECT_EQ(to_hex(Bytes{0x00, 0x0F, 0xA0, 0xFF}), "000fa0ff");
    EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, IsReadInBothCases) {
    EXPECT_EQ(from_hex("00ffAb"), (Bytes{0x00, 0xFF, 0xAB}));
    EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Hex, OfAnOddLengthOrWithStrangersIsRefused) {
    for (const std::string_view text : {"0", "000", "0g", "G0", " 0", "0x", "--"})
        EXPECT_THROW(from_hex(text), std::invalid_argument) << text;
}

TEST(Sha256, IsThatOfTheStandard) {
    // FIPS 180-4's example of one block ("abc"), and the digest of nothing.
    EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace keyward
