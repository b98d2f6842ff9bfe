#include "tests/http/malformed_requests.hpp"

#include <array>
#include <string_view>

namespace keyward::test {
namespace {

using std::string_literals::operator""s;

struct Row {
    std::string_view name;
    std::string_view text;
    int status = 400;
};

/// Complete first lines.
constexpr std::array request_lines{
    Row{"one word", "GET"},
    Row{"no version (HTTP/0.9)", "GET /"},
    Row{"no path", "GET HTTP/1.1"},
    Row{"empty path", "GET  HTTP/1.1"},
    Row{"two spaces before the version", "GET /  HTTP/1.1"},
    Row{"two spaces after the method", "GET  / HTTP/1.1"},
    Row{"a space before the method", " GET / HTTP/1.1"},
    Row{"a space after the version", "GET / HTTP/1.1 "},
    Row{"a space in the path", "GET /a b HTTP/1.1"},
    Row{"a tab in place of the first space", "GET\t/ HTTP/1.1"},
    Row{"a tab in place of the second space", "GET /\tHTTP/1.1"},
    Row{"a tab in the path", "GET /a\tb HTTP/1.1"},
    Row{"no method", " / HTTP/1.1"},
    Row{"a colon in the method", "GE:T / HTTP/1.1"},
    Row{"a slash in the method", "GE/T / HTTP/1.1"},
    Row{"a parenthesis in the method", "GET( / HTTP/1.1"},
    Row{"an at sign in the method", "G@T / HTTP/1.1"},
    Row{"an octet over 127 in the method", "G\xC3\x89T / HTTP/1.1"},
    Row{"a method of 33 letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1"},
    Row{"lower-case version", "GET / http/1.1"},
    Row{"mixed-case version", "GET / Http/1.1"},
    Row{"no digits in the version", "GET / HTTP/"},
    Row{"one digit in the version", "GET / HTTP/1"},
    Row{"a dot without a digit", "GET / HTTP/1."},
    Row{"three digits", "GET / HTTP/1.10"},
    Row{"two digits first", "GET / HTTP/11.1"},
    Row{"leading zero", "GET / HTTP/01.1"},
    Row{"a comma in the version", "GET / HTTP/1,1"},
    Row{"a letter in the version", "GET / HTTP/1.x"},
    Row{"a sign in the version", "GET / HTTP/+1.1"},
    Row{"another protocol", "GET / HTTPS/1.1"},
    Row{"another protocol of the same length", "GET / ICAP/1.0"},
    Row{"text behind the version", "GET / HTTP/1.1x"},
    Row{"HTTP/1.2", "GET / HTTP/1.2", 505},
    Row{"HTTP/1.9", "GET / HTTP/1.9", 505},
    Row{"HTTP/0.9 by name", "GET / HTTP/0.9", 505},
    Row{"HTTP/2.0", "GET / HTTP/2.0", 505},
    Row{"HTTP/3.0", "GET / HTTP/3.0", 505},
    Row{"the preface of HTTP/2", "PRI * HTTP/2.0", 505},
    Row{"absolute form", "GET http://localhost/ HTTP/1.1"},
    Row{"absolute form, https", "GET https://localhost/ HTTP/1.1"},
    Row{"absolute form, upper case", "GET HTTP://LOCALHOST/ HTTP/1.1"},
    Row{"authority form", "CONNECT localhost:80 HTTP/1.1"},
    Row{"asterisk form", "OPTIONS * HTTP/1.1"},
    Row{"asterisk form of GET", "GET * HTTP/1.1"},
    Row{"a path without its slash", "GET echo HTTP/1.1"},
    Row{"a query alone", "GET ?id=1 HTTP/1.1"},
    Row{"a dot first", "GET ./echo HTTP/1.1"},
    Row{"a percent-encoded slash first", "GET %2Fecho HTTP/1.1"},
    Row{"a backslash first", "GET \\echo HTTP/1.1"},
    Row{"two slashes first", "GET //echo HTTP/1.1"},
    Row{"two slashes alone", "GET // HTTP/1.1"},
    Row{"a host in the path", "GET //localhost/echo HTTP/1.1"},
    Row{"a fragment", "GET /echo#part HTTP/1.1"},
    Row{"a fragment alone", "GET /# HTTP/1.1"},
    Row{"a fragment after the query", "GET /echo?id=1#part HTTP/1.1"},
    Row{"a backslash in the path", "GET /a\\b HTTP/1.1"},
    Row{"a quotation mark in the path", "GET /a\"b HTTP/1.1"},
    Row{"a less-than sign in the path", "GET /a<b HTTP/1.1"},
    Row{"a greater-than sign in the path", "GET /a>b HTTP/1.1"},
    Row{"a caret in the path", "GET /a^b HTTP/1.1"},
    Row{"a back quote in the path", "GET /a`b HTTP/1.1"},
    Row{"a brace in the path", "GET /a{b HTTP/1.1"},
    Row{"a closing brace in the path", "GET /a}b HTTP/1.1"},
    Row{"a bar in the path", "GET /a|b HTTP/1.1"},
    Row{"a bracket in the path", "GET /a[b HTTP/1.1"},
    Row{"a quotation mark in the query", "GET /a?b=\" HTTP/1.1"},
    Row{"UTF-8 in the path", "GET /schl\xC3\xBCssel HTTP/1.1"},
    Row{"UTF-8 in the query", "GET /echo?id=\xC3\xBC HTTP/1.1"},
    Row{"an octet of 255 in the path", "GET /\xFF HTTP/1.1"},
    Row{"a percent sign at the end", "GET /100% HTTP/1.1"},
    Row{"a percent sign with one digit", "GET /a%2 HTTP/1.1"},
    Row{"a percent sign with a letter", "GET /a%2G HTTP/1.1"},
    Row{"a percent sign with a letter first", "GET /a%G2 HTTP/1.1"},
    Row{"two percent signs", "GET /a%%20 HTTP/1.1"},
    Row{"a percent sign in the query", "GET /echo?id=% HTTP/1.1"},
    Row{"percent-encoded in the manner of IIS", "GET /a%u0041 HTTP/1.1"},
};

/// Lines after `Host: localhost` of a GET.
constexpr std::array field_lines{
    Row{"a line without a colon", "X-Nothing"},
    Row{"an empty name", ": value"},
    Row{"a colon alone", ":"},
    Row{"a space before the colon", "X-A : 1"},
    Row{"a tab before the colon", "X-A\t: 1"},
    Row{"a space in the name", "X A: 1"},
    Row{"a folded line", " folded"},
    Row{"a folded line with a tab", "\tfolded"},
    Row{"a folded line that looks like a field", " X-A: 1"},
    Row{"a line of one space", " "},
    Row{"a slash in the name", "X/A: 1"},
    Row{"a parenthesis in the name", "X(A): 1"},
    Row{"a quotation mark in the name", "\"X\": 1"},
    Row{"an at sign in the name", "X@A: 1"},
    Row{"a bracket in the name", "[X]: 1"},
    Row{"an equals sign in the name", "X=A: 1"},
    Row{"UTF-8 in the name", "X-\xC3\xBC: 1"},
    Row{"a second Host", "Host: localhost"},
    Row{"a second Host, another one", "Host: elsewhere"},
    Row{"a second Host in lower case", "host: localhost"},
    Row{"Host with a space before the colon", "Host : elsewhere"},
    Row{"two Authorizations", "Authorization: Bearer a\r\nAuthorization: Bearer b"},
    Row{"two Content-Types", "Content-Type: application/json\r\nContent-Type: text/plain"},
    Row{"two Idempotency-Keys", "Idempotency-Key: a\r\nIdempotency-Key: a"},
    Row{"two X-Request-Ids", "X-Request-Id: a\r\nx-request-id: b"},
    Row{"two Expects", "Expect: 100-continue\r\nExpect: 100-continue"},
    Row{"two Content-Lengths that agree", "Content-Length: 3\r\nContent-Length: 3"},
    Row{"two Content-Lengths that differ", "Content-Length: 3\r\nContent-Length: 30"},
    Row{"two Content-Lengths in different case", "Content-Length: 3\r\ncontent-LENGTH: 3"},
    Row{"two Transfer-Encodings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"},
    Row{"Content-Length with a space before the colon", "Content-Length : 3"},
    Row{"chunked", "Transfer-Encoding: chunked", 501},
    Row{"chunked in upper case", "TRANSFER-ENCODING: CHUNKED", 501},
    Row{"chunked with a blank before it", "Transfer-Encoding:  chunked", 501},
    Row{"chunked with a tab", "Transfer-Encoding:\tchunked", 501},
    Row{"identity", "Transfer-Encoding: identity", 501},
    Row{"gzip, chunked", "Transfer-Encoding: gzip, chunked", 501},
    Row{"an unknown coding", "Transfer-Encoding: xchunked", 501},
    Row{"an empty Transfer-Encoding", "Transfer-Encoding:", 501},
    Row{"chunked and a length", "Content-Length: 3\r\nTransfer-Encoding: chunked", 501},
    Row{"a length and chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3", 501},
    Row{"an unknown expectation", "Expect: 200-ok", 417},
    Row{"an empty expectation", "Expect:", 417},
    Row{"two expectations in one line", "Expect: 100-continue, 100-continue", 417},
    Row{"an expectation with a parameter", "Expect: 100-continue; q=1", 417},
};

constexpr std::array content_lengths{
    Row{"empty", ""},
    Row{"a plus sign", "+3"},
    Row{"a minus sign", "-3"},
    Row{"minus zero", "-0"},
    Row{"letters", "abc"},
    Row{"digits and letters", "3abc"},
    Row{"hexadecimal", "0x3"},
    Row{"hexadecimal letters", "A"},
    Row{"a fraction", "3.0"},
    Row{"an exponent", "3e0"},
    Row{"a list", "3, 3"},
    Row{"a list that differs", "3, 6"},
    Row{"a list without a space", "3,3"},
    Row{"a comma behind", "3,"},
    Row{"a comma before", ",3"},
    Row{"a space inside", "3 3"},
    Row{"a semicolon", "3;a=b"},
    Row{"quotation marks", "\"3\""},
    Row{"an underscore", "1_0"},
    Row{"an apostrophe", "1'0"},
    Row{"Arabic digits in UTF-8", "\xD9\xA3"},
    Row{"one over the limit", "1001", 413},
    Row{"far over the limit", "9999999", 413},
    Row{"2^63", "9223372036854775808", 413},
    Row{"2^64", "18446744073709551616", 413},
    Row{"2^64 and 3", "18446744073709551619", 413},
    Row{"forty digits", "9999999999999999999999999999999999999999", 413},
    Row{"over the limit with leading zeros", "00000000000000000000000000001001", 413},
};

constexpr std::array hosts{
    Row{"a slash", "local/host"},           Row{"a space", "local host"},
    Row{"a user", "user@localhost"},        Row{"a question mark", "localhost?a"},
    Row{"a fragment", "localhost#a"},       Row{"a quotation mark", "\"localhost\""},
    Row{"an angle bracket", "<localhost>"}, Row{"a backslash", "local\\host"},
    Row{"UTF-8", "m\xC3\xBCnchen"},
};

std::string name_of(char octet) {
    return "octet " + std::to_string(static_cast<unsigned char>(octet));
}

/// Every control character except tab; line ends have their own rows.
std::string control_characters() {
    std::string all;
    for (char octet = 0; octet < 0x20; ++octet) {
        if (octet != '\t' && octet != '\r' && octet != '\n') all.push_back(octet);
    }
    return all + '\x7F';
}

std::string get_with(const std::string& lines) {
    return "GET /echo HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n";
}

void add_control_characters(std::vector<MalformedRequest>& table) {
    for (const char octet : control_characters()) {
        const std::string text(1, octet);
        table.push_back({name_of(octet) + " in the path",
                         "GET /a" + text + "b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400});
        table.push_back({name_of(octet) + " in a name", get_with("X-" + text + ": 1\r\n"), 400});
        table.push_back({name_of(octet) + " in a value", get_with("X-A: 1" + text + "2\r\n"), 400});
    }
}

void add_line_ends(std::vector<MalformedRequest>& table) {
    table.push_back(
        {"a bare line feed after the request line", "GET / HTTP/1.1\nHost: localhost\r\n\r\n", 400});
    table.push_back({"a bare line feed after a field", "GET / HTTP/1.1\r\nHost: localhost\n\r\n", 400});
    table.push_back({"a bare line feed at the end", "GET / HTTP/1.1\r\nHost: localhost\r\n\n", 400});
    table.push_back({"bare line feeds alone", "GET / HTTP/1.1\nHost: localhost\n\n", 400});
    table.push_back({"a bare carriage return in a value", get_with("X-A: 1\r2\r\n"), 400});
    table.push_back(
        {"a bare carriage return in the path", "GET /a\rb HTTP/1.1\r\nHost: localhost\r\n\r\n", 400});
    table.push_back({"two carriage returns", "GET / HTTP/1.1\r\r\nHost: localhost\r\n\r\n", 400});
    table.push_back({"a carriage return at the end", "GET / HTTP/1.1\r\nHost: localhost\r\n\rX", 400});
    table.push_back({"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400});
    table.push_back({"a line feed first", "\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400});
    table.push_back({"a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"s, 400});
}

void add_limits(std::vector<MalformedRequest>& table) {
    const std::string end = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    table.push_back({"a path over 8 KiB", "GET /" + std::string(8192, 'a') + end, 414});
    table.push_back({"a query over 8 KiB", "GET /?" + std::string(8191, 'a') + end, 414});
    table.push_back({"20,000 slashes", "GET " + std::string(20000, '/') + end, 414});
    table.push_back({"8,000 slashes", "GET " + std::string(8000, '/') + end, 400});
    table.push_back({"a path that never ends", "GET /" + std::string(16000, 'a'), 414});
    table.push_back({"a method that never ends", std::string(100, 'A'), 400});
    table.push_back({"one value over 16 KiB", get_with("X-A: " + std::string(16384, 'a') + "\r\n"), 431});
    table.push_back({"a value that never ends", "GET / HTTP/1.1\r\nX-A: " + std::string(17000, 'a'), 431});
    table.push_back({"a name that never ends", "GET / HTTP/1.1\r\n" + std::string(17000, 'a'), 431});
    std::string many;
    for (int field = 0; field < 100; ++field)
        many += "X-" + std::to_string(field) + ": 1\r\n";
    table.push_back({"101 fields", get_with(many), 431});
    std::string large;
    for (int field = 0; field < 50; ++field)
        large += "X-A: " + std::string(400, 'a') + "\r\n";
    table.push_back({"50 fields over 16 KiB together", get_with(large), 431});
}

std::vector<MalformedRequest> make_table() {
    std::vector<MalformedRequest> table;
    for (const auto& row : request_lines)
        table.push_back(
            {std::string(row.name), std::string(row.text) + "\r\nHost: localhost\r\n\r\n", row.status});
    for (const auto& row : field_lines)
        table.push_back({std::string(row.name), get_with(std::string(row.text) + "\r\n"), row.status});
    for (const auto& row : content_lengths)
        table.push_back({"Content-Length: " + std::string(row.name),
                         "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                             std::string(row.text) + "\r\n\r\nabc",
                         row.status});
    for (const auto& row : hosts)
        table.push_back({"Host with " + std::string(row.name),
                         "GET / HTTP/1.1\r\nHost: " + std::string(row.text) + "\r\n\r\n", row.status});
    table.push_back({"no Host", "GET / HTTP/1.1\r\n\r\n", 400});
    table.push_back({"no Host among others", "GET / HTTP/1.1\r\nX-A: 1\r\n\r\n", 400});
    table.push_back({"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 501});
    add_control_characters(table);
    add_line_ends(table);
    add_limits(table);
    return table;
}

}  // namespace

const std::vector<MalformedRequest>& malformed_requests() {
    static const auto table = make_table();
    return table;
}

}  // namespace keyward::test
