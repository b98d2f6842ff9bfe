#include "api/json/json_body.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "domain/errors.hpp"

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
                                              R"("\x")",
                                              "{} {}",
                                              "{}x",
                                              std::string_view("{}\0", 3),
                                              "\"\xC3\x28\"",
                                              "\"\xED\xA0\x80\"",
                                              "\"\xC0\x80\"",
                                              R"("\uD800")",
                                              "// c\n{}",
                                              "NaN"};
    for (const std::string_view text : texts)
        EXPECT_NE(fault_of(text), "") << text;
}

TEST(JsonBody, ReadsEveryKindOfValue) {
    const std::string text =
        R"( {"":[],"a b":{},"escapes":"\"\\\/\b\f\n\r\t","code points":"\u0041\u00e9\u20AC\ud83d\ude00","utf-8":"é€😀",
        "numbers":[0,-0,1,-1,18446744073709551615,-9223372036854775808,18446744073709551616,0.5,-1.25e3,1E+2,1e-999],
        "words":[true,false,null]} )";
    EXPECT_EQ(parse_json(body(text)), Json::parse(text));
}

TEST(JsonBody, ReadsANulThatIsEscaped) {
    EXPECT_EQ(parse_json(body(R"("a\u0000b")")).get<std::string>(), std::string("a\0b", 3));
}

/// The library as a witness, over documents that are right or damaged in one or two places.
TEST(JsonBody, TakesAndRefusesWhatTheLibraryDoes) {
    const std::string seed =
        R"({"a":[1,-2.5e1,true,null,{"b":"x\n\u00e9\ud83d\ude00é"}],"c":"","d":{"e":[[],{}]},"f":0.10,"g":false})";
    const std::string alphabet = "{}[]\",:\\u0123456789abcdefxtrn.-+eE \n\t\x01\x7f\xc3\xa9\xed\xa0\x80\xff";
    std::minstd_rand random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable on purpose
    const auto below = [&](std::size_t limit) { return random() % limit; };
    int taken = 0;
    for (int i = 0; i < 100'000; ++i) {
        std::string text = seed;
        for (std::size_t damages = 1 + below(2); damages > 0; --damages) {
            const std::size_t place = below(text.size());
            switch (below(4)) {
                case 0:
                    text[place] = alphabet[below(alphabet.size())];
                    break;
                case 1:
                    text.insert(place, 1, alphabet[below(alphabet.size())]);
                    break;
                case 2:
                    text.erase(place, 1);
                    break;
                default:
                    text.resize(std::max<std::size_t>(place, 1));
            }
        }
        const Json theirs = Json::parse(text, nullptr, false);
        const std::string fault = fault_of(text);
        if (fault.find("duplicate") != std::string::npos) continue;
        ASSERT_EQ(fault.empty(), !theirs.is_discarded()) << text << " " << fault;
        if (!fault.empty()) continue;
        ++taken;
        ASSERT_EQ(parse_json(body(text)), theirs) << text;
    }
    EXPECT_GT(taken, 1000);
}

TEST(JsonBody, RefusesANumberOutOfRange) {
    EXPECT_EQ(fault_of("[1e999]"), "The JSON holds a number that is out of range");
}

constexpr std::array limits{ArrayLimit{"batch", 1, 3}};

/// `{"batch":[unit,unit,…]}`
std::string list_of(const std::string& unit, std::size_t count, const std::string& member = "batch") {
    std::string text = "{\"" + member + "\":[";
    for (std::size_t i = 0; i < count; ++i)
        text += (i == 0 ? "" : ",") + unit;
    return text + "]}";
}

/// Pointers and messages of what is too much; nothing when it is not.
std::vector<std::pair<std::string, std::string>> excess_of(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> found;
    try {
        count_json_values(body(text), limits);
    } catch (const ServiceError& refused) {
        for (const auto& detail : refused.details())
            found.emplace_back(detail.pointer, detail.message);
    }
    return found;
}
using Excess = std::vector<std::pair<std::string, std::string>>;

TEST(JsonLimits, CountEveryValueAndNoName) {
    EXPECT_EQ(count_json_values(body(R"({"a":[1,"x",null,{}],"b":true,"c":{"d":1.5}})"), limits), 9U);
    EXPECT_EQ(count_json_values(body("7"), limits), 1U);
}

TEST(JsonLimits, HoldForTheArrayOfTheirMember) {
    EXPECT_EQ(excess_of(list_of("{}", 3)), Excess{});
    EXPECT_EQ(excess_of(list_of("{}", 4)), (Excess{{"/batch", "must have 1 to 3 entries, but has 4"}}));
    EXPECT_EQ(excess_of(list_of("{\"batch\":[1,2,3,4]}", 1)), Excess{}) << "it is not the outermost object's";
}

TEST(JsonLimits, HoldForEveryOtherArray) {
    EXPECT_EQ(excess_of(list_of("1", 1000, "other")), Excess{});
    const Excess too_many{{"", "must have no array of more than 1000 entries"}};
    EXPECT_EQ(excess_of(list_of("1", 1001, "other")), too_many);
    EXPECT_EQ(excess_of("[" + list_of("1", 1001, "other") + "]"), too_many);
    EXPECT_EQ(excess_of(list_of(list_of("1", 1001), 2)),
              (Excess{{"/batch", "must have no array of more than 1000 entries"}}))
        << "said once, with no name that is not known";
}

TEST(JsonLimits, HoldForTheMembersOfEveryObject) {
    std::string members;
    for (int i = 0; i < 64; ++i)
        members += "\"" + std::to_string(i) + "\":0,";
    members.pop_back();
    EXPECT_EQ(excess_of("{" + members + "}"), Excess{});
    EXPECT_EQ(excess_of("{" + members + ",\"secret\":0}"),
              (Excess{{"", "must have no object of more than 64 members"}}));
    EXPECT_EQ(excess_of(list_of("{" + members + ",\"secret\":0}", 1)),
              (Excess{{"/batch", "must have no object of more than 64 members"}}));
}

TEST(JsonLimits, HoldForAllValuesTogether) {
    const std::string list = list_of("0", 1000, "l");  // 1,002 values
    std::string text = "[";
    for (int i = 0; i < 17; ++i)
        text += (i == 0 ? "" : ",") + list;
    EXPECT_EQ(excess_of(text + "]"), (Excess{{"", "must have at most 16384 values in all, but has 17035"}}));
}

TEST(JsonLimits, OfATextThatIsMalformedSayThat) {
    EXPECT_THROW(count_json_values(body(list_of("{}", 4) + "x"), limits), MalformedJson);
    EXPECT_THROW(count_json_values(body(nested(33)), limits), MalformedJson);
    EXPECT_THROW(count_json_values(body(""), limits), MalformedJson);
}

}  // namespace
}  // namespace keyward::api
