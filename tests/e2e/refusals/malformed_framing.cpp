#include "tests/e2e/refusals/malformed.hpp"

namespace keyward::e2e {
namespace {

using namespace std::string_literals;

const std::string line = "GET /health/live HTTP/1.1\r\n";
const std::string host = "Host: localhost\r\n";

std::string with_line(const std::string& request_line) {
    return request_line + "\r\n" + host + "\r\n";
}
std::string with_field(const std::string& field) {
    return line + host + field + "\r\n\r\n";
}
std::string to(const std::string& target) {
    return with_line("GET " + target + " HTTP/1.1");
}

/// A create request with these framing fields and three octets of body.
std::string body_with(const std::string& fields) {
    return "POST /apiops/projects/MyProject/keys/ HTTP/1.1\r\n" + host +
           "Authorization: Bearer {token}\r\nContent-Type: application/json\r\n" + fields + "\r\n\r\n{} ";
}

constexpr const char* bad = "bad_request";

}  // namespace

// clang-format off
const std::vector<FramingRow>& malformed_framing() {
    static const std::vector<FramingRow> rows{
        // The request line, RFC 9112 section 3.
        {"MethodAlone", "GET\r\n" + host + "\r\n", 400, bad},
        {"NoVersion", with_line("GET /health/live"), 400, bad},
        {"FourWords", with_line("GET /health/live HTTP/1.1 x"), 400, bad},
        {"TwoSpacesBeforeTheTarget", with_line("GET  /health/live HTTP/1.1"), 400, bad},
        {"TwoSpacesBeforeTheVersion", with_line("GET /health/live  HTTP/1.1"), 400, bad},
        {"SpaceBeforeTheMethod", with_line(" GET /health/live HTTP/1.1"), 400, bad},
        {"SpaceAfterTheVersion", with_line("GET /health/live HTTP/1.1 "), 400, bad},
        {"Tabs", with_line("GET\t/health/live\tHTTP/1.1"), 400, bad},
        {"VersionInLowerCase", with_line("GET /health/live http/1.1"), 400, bad},
        {"VersionWithoutMinor", with_line("GET /health/live HTTP/1"), 400, bad},
        {"VersionWithoutDot", with_line("GET /health/live HTTP/11"), 400, bad},
        {"VersionWithLetters", with_line("GET /health/live HTTP/1.x"), 400, bad},
        {"VersionOfAnotherProtocol", with_line("GET /health/live FTP/1.1"), 400, bad},
        {"VersionWithMoreDigits", with_line("GET /health/live HTTP/1.10"), 400, bad},
        {"NewerVersion", with_line("GET /health/live HTTP/2.0"), 505, bad},
        {"MuchNewerVersion", with_line("GET /health/live HTTP/9.9"), 505, bad},
        {"OlderVersion", with_line("GET /health/live HTTP/0.9"), 505, bad},
        {"PrefaceOfHttp2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, bad},
        {"TlsHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, 400, bad},
        {"Binary", "\x00\x01\x02\x03\xff\xfe\r\n\r\n"s, 400, bad},
        {"MethodWithABracket", with_line("G<T /health/live HTTP/1.1"), 400, bad},
        {"MethodWithUtf8", with_line("GÉT /health/live HTTP/1.1"), 400, bad},
        {"MethodWithNul", with_line("G\0T /health/live HTTP/1.1"s), 400, bad},
        {"MethodWithAColon", with_line("GET: /health/live HTTP/1.1"), 400, bad},
        {"EmptyMethod", with_line(" /health/live HTTP/1.1"), 400, bad},
        {"LineFeedAlone", "GET /health/live HTTP/1.1\nHost: localhost\n\n", 400, bad},
        {"CarriageReturnInTheLine", with_line("GET /health\r/live HTTP/1.1"), 400, bad},
        // The target, RFC 9112 section 3.2.
        {"TargetWithoutSlash", to("health/live"), 400, bad},
        {"TargetWithNul", to("/health\0/live"s), 400, bad},
        {"TargetWithControl", to("/health\x01/live"), 400, bad},
        {"TargetWithDelete", to("/health\x7f/live"), 400, bad},
        {"TargetWithRawUtf8", to("/hälth"), 400, bad},
        {"TargetWithFragment", to("/health/live#x"), 400, bad},
        {"TargetWithBackslash", to("/health\\live"), 400, bad},
        {"TargetWithQuote", to("/health\"live"), 400, bad},
        {"TargetWithAngle", to("/health<live"), 400, bad},
        {"TargetWithHalfAnEscape", to("/health/liv%6"), 400, bad},
        {"TargetWithAPercentAlone", to("/health/live%"), 400, bad},
        {"TargetWithNoHexEscape", to("/health/%zz"), 400, bad},
        {"TargetWithEscapedNul", to("/apiops/projects/MyProject/keys/a%00b/"), 400, bad, false},
        {"TargetWithEscapesOfNoUtf8", to("/apiops/projects/MyProject/keys/%ff%fe/"), 400, bad, false},
        {"TargetWithOverlongEscapes", to("/apiops/projects/MyProject/keys/%c0%af/"), 400, bad, false},
        {"QueryWithNoHexEscape", to("/health/live?a=%zz"), 400, bad},
        {"AsteriskOfGet", to("*"), 400, bad},
        {"VeryLongTarget", to("/" + std::string(20000, 'a')), 414, bad},
        {"VeryLongQuery", to("/health/live?" + std::string(20000, 'a')), 414, bad},
        {"ManySlashes", to(std::string(15000, '/')), 414, bad},
        // Fields, RFC 9112 section 5.
        {"NoHost", line + "\r\n", 400, bad},
        {"TwoHosts", with_field("Host: localhost"), 400, bad},
        {"TwoDifferentHosts", with_field("host: elsewhere"), 400, bad},
        {"HostWithASpace", line + "Host: local host\r\n\r\n", 400, bad},
        {"HostWithASlash", line + "Host: localhost/x\r\n\r\n", 400, bad},
        {"HostWithAUser", line + "Host: user@localhost\r\n\r\n", 400, bad},
        {"FieldWithoutColon", with_field("Nonsense"), 400, bad},
        {"FieldWithoutName", with_field(": value"), 400, bad},
        {"SpaceBeforeTheColon", with_field("X-Test : value"), 400, bad},
        {"TabBeforeTheColon", with_field("X-Test\t: value"), 400, bad},
        {"FoldedField", with_field("X-Test: one\r\n two"), 400, bad},
        {"FieldThatStartsWithASpace", line + " X-Test: value\r\n" + host + "\r\n", 400, bad},
        {"NameWithASpace", with_field("X Test: value"), 400, bad},
        {"NameWithABracket", with_field("X(Test): value"), 400, bad},
        {"NameWithUtf8", with_field("X-Tést: value"), 400, bad},
        {"NameWithNul", with_field("X-\0Test: value"s), 400, bad},
        {"ValueWithNul", with_field("X-Test: a\0b"s), 400, bad},
        {"ValueWithControl", with_field("X-Test: a\x01z"), 400, bad},
        {"ValueWithDelete", with_field("X-Test: a\x7fz"), 400, bad},
        {"ValueWithCarriageReturn", with_field("X-Test: a\rb"), 400, bad},
        {"ValueWithLineFeed", with_field("X-Test: a\nX-Smuggled: b"), 400, bad},
        {"VeryLongField", with_field("X-Test: " + std::string(100000, 'a')), 431, bad},
        {"VeryLongName", with_field(std::string(100000, 'a') + ": x"), 431, bad},
        {"VeryManyFields", with_field([] { std::string all = "X-A: 0"; for (int i = 1; i < 3000; ++i) all += "\r\nX-A: " + std::to_string(i); return all; }()), 431, bad},
        {"TwoAuthorizations", with_field("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}"), 400, bad},
        {"TwoContentTypes", body_with("Content-Length: 3\r\nContent-Type: application/json"), 400, bad},
        // The body, RFC 9112 section 6.
        {"LengthOfLetters", body_with("Content-Length: abc"), 400, bad},
        {"LengthWithLettersBehind", body_with("Content-Length: 3abc"), 400, bad},
        {"LengthWithPlus", body_with("Content-Length: +3"), 400, bad},
        {"NegativeLength", body_with("Content-Length: -1"), 400, bad},
        {"HexadecimalLength", body_with("Content-Length: 0x3"), 400, bad},
        {"LengthWithFraction", body_with("Content-Length: 3.0"), 400, bad},
        {"LengthWithExponent", body_with("Content-Length: 3e0"), 400, bad},
        {"EmptyLength", body_with("Content-Length:"), 400, bad},
        {"LengthList", body_with("Content-Length: 3, 3"), 400, bad},
        {"LengthListThatDiffers", body_with("Content-Length: 3, 6"), 400, bad},
        {"TwoLengths", body_with("Content-Length: 3\r\nContent-Length: 3"), 400, bad},
        {"TwoLengthsThatDiffer", body_with("Content-Length: 3\r\nContent-Length: 6"), 400, bad},
        {"SpaceBeforeTheColonOfLength", body_with("Content-Length : 3"), 400, bad},
        {"LengthWithASpaceInside", body_with("Content-Length: 3 3"), 400, bad},
        {"LengthInOtherDigits", body_with("Content-Length: ３"), 400, bad},
        {"LengthOverSixtyFourBits", body_with("Content-Length: 99999999999999999999999"), 413, "payload_too_large"},
        {"LengthOverTheLimit", body_with("Content-Length: 1048577"), 413, "payload_too_large"},
        {"LengthThatWrapsAround", body_with("Content-Length: 18446744073709551619"), 413, "payload_too_large"},
        {"Chunked", body_with("Transfer-Encoding: chunked"), 501, bad},
        {"ChunkedInCapitals", body_with("Transfer-Encoding: CHUNKED"), 501, bad},
        {"ChunkedTwice", body_with("Transfer-Encoding: chunked, chunked"), 501, bad},
        {"ChunkedWithAnother", body_with("Transfer-Encoding: gzip, chunked"), 501, bad},
        {"Identity", body_with("Transfer-Encoding: identity"), 501, bad},
        {"UnknownCoding", body_with("Transfer-Encoding: xchunked"), 501, bad},
        {"EmptyCoding", body_with("Transfer-Encoding:"), 501, bad},
        {"CodingWithVerticalTab", body_with("Transfer-Encoding: \x0b" "chunked"), 400, bad},
        {"LengthAndChunked", body_with("Content-Length: 3\r\nTransfer-Encoding: chunked"), 501, bad},
        {"ChunkedAndLength", body_with("Transfer-Encoding: chunked\r\nContent-Length: 3"), 501, bad},
        {"UnknownExpectation", body_with("Content-Length: 3\r\nExpect: 200-ok"), 417, bad},
    };
    return rows;
}
// clang-format on

}  // namespace keyward::e2e
