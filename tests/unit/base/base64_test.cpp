#include "base/base64.hpp"

#include <array>

#include <gtest/gtest.h>

namespace keyward {
namespace {

std::string decoded(std::string_view text) {
    const auto octets = from_base64(text);
    return octets ? std::string(octets->reveal_text()) : "refused";
}

// RFC 4648 section 10.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> vectors{{{"", ""},
                                                                                {"f", "Zg=="},
                                                                                {"fo", "Zm8="},
                                                                                {"foo", "Zm9v"},
                                                                                {"foob", "Zm9vYg=="},
                                                                                {"fooba", "Zm9vYmE="},
                                                                                {"foobar", "Zm9vYmFy"}}};

TEST(Base64, EncodesTheVectorsOfTheStandard) {
    for (const auto& [octets, text] : vectors)
        EXPECT_EQ(to_base64(as_bytes(octets)), text);
}

TEST(Base64, EncodesAtTheEndOfAText) {
    for (const auto& [octets, text] : vectors) {
        std::string behind = "before:";
        append_base64(behind, as_bytes(octets));
        EXPECT_EQ(behind, "before:" + std::string(text));
        EXPECT_EQ(base64_size(octets.size()), text.size());
    }
}

TEST(Base64, DecodesTheVectorsOfTheStandard) {
    for (const auto& [octets, text] : vectors)
        EXPECT_EQ(decoded(text), octets);
}

TEST(Base64, EveryOctetComesBack) {
    for (std::size_t size = 0; size < 300; ++size) {
        std::string octets;
        for (std::size_t i = 0; i < size; ++i)
            octets += static_cast<char>(i * 7 + size);
        EXPECT_EQ(decoded(to_base64(as_bytes(octets))), octets);
    }
}

TEST(Base64, LineBreaksSpacesAndTabsArePassedOver) {
    EXPECT_EQ(decoded("Zm9v\nYmFy\n"), "foobar");
    EXPECT_EQ(decoded("Zm9v\r\nYmFy\r\n"), "foobar");
    EXPECT_EQ(decoded(" Z m 9 v\tY g=\n= "), "foob");
}

TEST(Base64, WhatIsNoBase64IsRefused) {
    for (const std::string_view text : {"Zg", "Zg=", "Z", "Zm9", "Zg===", "====", "=", "Zm=v", "Zg==Zg==",
                                        "Zm9v!", "Zm-v", "Zm_v", "Zm9v\v", "Zm9v\f", "Zm9v\xC2\xA0", "A==="})
        EXPECT_EQ(decoded(text), "refused") << text;
}

TEST(Base64, ANulIsRefused) {
    EXPECT_EQ(decoded(std::string_view("Zm9v\0", 5)), "refused");
}

TEST(Base64, UnusedBitsMustBeZero) {
    EXPECT_EQ(decoded("Zh=="), "refused");
    EXPECT_EQ(decoded("Zm9="), "refused");
    EXPECT_EQ(decoded("//=="), "refused");
}

}  // namespace
}  // namespace keyward
