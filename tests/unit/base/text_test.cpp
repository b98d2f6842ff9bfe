#include "base/text.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace keyward {
namespace {

std::optional<std::string> percent_decoded(std::string_view text, Plus plus = Plus::literal) {
    std::string octets;
    if (!decode_percent(text, plus, [&](std::uint8_t octet) { octets += static_cast<char>(octet); }))
        return std::nullopt;
    return octets;
}

TEST(Text, JoinsNothingToAnEmptyText) {
    EXPECT_EQ(joined(std::vector<std::string>()), "");
}

TEST(Text, PutsTheSeparatorBetweenItemsOnly) {
    EXPECT_EQ(joined(std::vector<std::string>{"a"}), "a");
    EXPECT_EQ(joined(std::vector<std::string>{"a", "b", "c"}), "a, b, c");
    EXPECT_EQ(joined(std::vector<std::string>{"a", "b", "c"}, "; "), "a; b; c");
}

TEST(Text, JoinsTheTextsOfItems) {
    EXPECT_EQ(joined(std::array{1, 2, 3}, " ", [](int number) { return std::to_string(number); }), "1 2 3");
}

TEST(Text, ComparesWithoutTheCaseOfAsciiLetters) {
    EXPECT_TRUE(equal_ignoring_case("5E89a1", "5e89A1"));
    EXPECT_FALSE(equal_ignoring_case("5E89A1", "5E89A10"));
    EXPECT_FALSE(equal_ignoring_case("@[", "`{"));  // 32 apart as letters are, but not letters
}

TEST(Text, DecodesEveryOctet) {
    EXPECT_EQ(percent_decoded("%00a%7F%fF"), std::string("\0a\x7F\xFF", 4));
}

TEST(Text, TakesAPlusForASpaceOnlyWhereAsked) {
    EXPECT_EQ(percent_decoded("a+b%2B"), "a+b+");
    EXPECT_EQ(percent_decoded("a+b%2B", Plus::space), "a b+");
}

TEST(Text, RefusesAPercentSignWithoutTwoDigits) {
    for (const char* text : {"%", "a%", "%4", "%4g", "%g4", "%%41", "%-1"}) {
        EXPECT_EQ(percent_decoded(text), std::nullopt) << text;
        EXPECT_FALSE(percent_signs_are_whole(text)) << text;
    }
    EXPECT_TRUE(percent_signs_are_whole("a%41%2f"));
}

}  // namespace
}  // namespace keyward
