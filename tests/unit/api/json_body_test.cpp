#include "api/json_body.hpp"

#include <gtest/gtest.h>

namespace keyward::api {
namespace {

SecretBytes body(std::string_view text) {
    return SecretBytes::copy_of(as_bytes(text));
}

std::string fault_of(std::string_view text) {
    try {
        parse_json(body(text));
    } catch (const MalformedJson& malformed) {
        return malformed.what();
    }
    return {};
}

std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonBody, ReadsAnObject) {
    EXPECT_EQ(parse_json(body(R"({"a":[1,"x",null]})"))["a"][1], "x");
}

TEST(JsonBody, RefusesAnEmptyBody) {
    EXPECT_EQ(fault_of(""), "The body is empty; a JSON object is expected");
}

TEST(JsonBody, RefusesAByteOrderMark) {
    EXPECT_EQ(fault_of("\xEF\xBB\xBF{}"), "The JSON begins with a byte order mark; send it without");
}

TEST(JsonBody, RefusesADuplicateMember) {
    EXPECT_EQ(fault_of(R"({"a":1,"b":2,"a":3})"), "The JSON has an object with a duplicate member");
}

TEST(JsonBody, RefusesADuplicateMemberInDisguise) {
    EXPECT_EQ(fault_of(R"({"a":1,"\u0061":3})"), "The JSON has an object with a duplicate member");
}

TEST(JsonBody, RefusesADuplicateMemberFarDown) {
    EXPECT_EQ(fault_of(R"({"l":[{"a":{"x":1,"x":1}}]})"), "The JSON has an object with a duplicate member");
}

TEST(JsonBody, LetsTheSameNameStandInDifferentObjects) {
    EXPECT_EQ(fault_of(R"({"l":[{"a":1},{"a":1}],"a":{"a":1}})"), "");
}

TEST(JsonBody, LetsNestingBeThirtyTwoDeepAndNoDeeper) {
    EXPECT_EQ(fault_of(nested(32)), "");
    EXPECT_EQ(fault_of(nested(33)), "The JSON is nested deeper than 32");
    EXPECT_EQ(fault_of(std::string(500'000, '[')), "The JSON is nested deeper than 32");
}

TEST(JsonBody, TellsWhereItIsMalformedAndQuotesNothing) {
    EXPECT_EQ(fault_of(R"({"content":"c2VjcmV0" x})"), "The body is not valid JSON at byte 23");
}

TEST(JsonBody, RefusesWhatIsNoJson) {
    const std::vector<std::string_view> texts{"{",
                                              "}",
                                              "{\"a\"}",
                                              "{\"a\":}",
                                              "{\"a\":1,}",
                                              "[1,]",
                                              "nul",
                                              "'a'",
                                              "{a:1}",
                                              "01",
                                              "1.",
                                              "+1",
                                              "\"\t\"",
                                              "\"\\x\"",
                                              "{} {}",
                                              "{}x",
                                              std::string_view("{}\0", 3),
                                              "\"\xC3\x28\"",
                                              "\"\xED\xA0\x80\"",
                                              "\"\xC0\x80\"",
                                              "\"\\uD800\"",
                                              "// c\n{}",
                                              "NaN"};
    for (const std::string_view text : texts)
        EXPECT_NE(fault_of(text), "") << text;
}

TEST(JsonBody, RefusesANumberOutOfRange) {
    EXPECT_EQ(fault_of("[1e999]"), "The JSON holds a number that is out of range");
}

}  // namespace
}  // namespace keyward::api
