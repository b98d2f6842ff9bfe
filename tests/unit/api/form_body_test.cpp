#include "api/json/form_body.hpp"

#include <gtest/gtest.h>

#include "domain/errors.hpp"

namespace keyward::api {
namespace {

Form form(std::string_view text) {
    return Form(SecretBytes::copy_of(as_bytes(text)));
}

/// The text of a parameter; `none` when there is none.
std::string value(const Form& parsed, std::string_view name) {
    const SecretBytes* found = parsed.find(name);
    return found == nullptr ? "none" : std::string(found->reveal_text());
}

/// What is said of a body that can't be read; empty when it can.
std::string refusal(std::string_view text) {
    try {
        form(text);
    } catch (const ServiceError& error) {
        EXPECT_EQ(error.kind(), ErrorKind::invalid_request);
        return error.what();
    }
    return {};
}

TEST(FormBody, HasItsParametersByName) {
    const Form parsed = form("grant_type=client_credentials&client_id=alice&client_secret=s3cret");
    EXPECT_EQ(value(parsed, "grant_type"), "client_credentials");
    EXPECT_EQ(value(parsed, "client_id"), "alice");
    EXPECT_EQ(value(parsed, "client_secret"), "s3cret");
    EXPECT_EQ(value(parsed, "scope"), "none");
}

TEST(FormBody, DecodesNamesAndValues) {
    const Form parsed = form("client%5Fid=M%C3%BCller+%2B%26%3d%25");
    EXPECT_EQ(value(parsed, "client_id"), "Müller +&=%");
}

TEST(FormBody, OnlyTheFirstEqualsSignEndsTheName) {
    EXPECT_EQ(value(form("a=b=c=="), "a"), "b=c==");
}

TEST(FormBody, MayHoldUtf8ThatIsNotEncoded) {
    EXPECT_EQ(value(form("a=schlüssel"), "a"), "schlüssel");
}

TEST(FormBody, MayHoldEncodedControlCharacters) {
    EXPECT_EQ(value(form("a=%09%00"), "a"), std::string("\t\0", 2));
}

TEST(FormBody, AnEmptyValueIsAsGoodAsNone) {
    EXPECT_EQ(value(form("a=&b"), "a"), "none");
    EXPECT_EQ(value(form("a=&b"), "b"), "none");
    EXPECT_EQ(form("a=&b").count_others({}), 2U);
}

TEST(FormBody, MayBeEmpty) {
    EXPECT_EQ(form("").count_others({}), 0U);
}

TEST(FormBody, CountsTheParametersThatAreUnknown) {
    EXPECT_EQ(form("a=1&b=2&A=3&=4").count_others({"a", "b"}), 2U);
}

TEST(FormBody, RefusesHalfAPercentEncoding) {
    for (const char* text : {"a=%", "a=%4", "a=%zz", "a=%-1", "a=1%4g", "%=1", "a=%u0041", "a=1%&b=2"})
        EXPECT_EQ(refusal(text),
                  "The body has a % that two hexadecimal digits don't follow; a % is sent as %25")
            << text;
}

TEST(FormBody, RefusesWhatIsNoUtf8) {
    for (const char* text : {"a=%FF", "a=%C0%80", "a=%ED%A0%80", "a=\xFF", "%FF=1", "a=%C3"})
        EXPECT_EQ(refusal(text), "The body has a parameter that is not UTF-8") << text;
}

TEST(FormBody, RefusesRawControlCharacters) {
    for (const std::string_view text : {std::string_view("a=1\n"), std::string_view("a=1\r\nb=2"),
                                        std::string_view("a=\0", 3), std::string_view("\ta=1")})
        EXPECT_EQ(refusal(text),
                  "The body has a control character, as a line break, that is not percent-encoded");
}

TEST(FormBody, RefusesAParameterThatStandsTwice) {
    for (const char* text : {"a=1&a=1", "a=1&b=2&a=", "a=1&%61=2"})
        EXPECT_EQ(refusal(text), "The body has a parameter more than once") << text;
}

TEST(FormBody, RefusesEmptyPairs) {
    for (const char* text : {"&", "a=1&", "&a=1", "a=1&&b=2"})
        EXPECT_EQ(refusal(text), "The body has an empty parameter") << text;
}

TEST(FormBody, RefusesMoreParametersThanAnyClientSends) {
    std::string text = "p0=0";
    for (int i = 1; i < 32; ++i)
        text += "&p" + std::to_string(i) + "=";
    EXPECT_EQ(refusal(text), "");
    EXPECT_EQ(refusal(text + "&p32="), "The body has more than 32 parameters");
}

TEST(FormBody, NeverShowsWhatItRefuses) {
    for (const char* text : {"client_secret=hunter2%", "client_secret=hunter2&hunter2=1&hunter2=2",
                             "client_secret=hunter2%FF", "hunter2=1\n"})
        EXPECT_EQ(refusal(text).find("hunter2"), std::string::npos) << text;
}

}  // namespace
}  // namespace keyward::api
