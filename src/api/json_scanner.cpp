#include "api/json_scanner.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "core/utf8.hpp"

namespace keyward::api {
namespace {

constexpr unsigned high_surrogates = 0xD800;
constexpr unsigned low_surrogates = 0xDC00;
constexpr unsigned after_surrogates = 0xE000;

/// A character that stands for itself in a string.
constexpr bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

constexpr bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// The character of a short escape; a NUL when there is no such.
constexpr char unescaped(char c) {
    switch (c) {
        case '"':
        case '\\':
        case '/':
            return c;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return '\0';
    }
}

void append_utf8(std::string& text, unsigned code) {
    const auto add = [&text](unsigned octet) { text += static_cast<char>(octet); };
    if (code < 0x80) return add(code);
    if (code < 0x800) {
        add(0xC0U | code >> 6U);
    } else if (code < 0x10000) {
        add(0xE0U | code >> 12U);
        add(0x80U | (code >> 6U & 0x3FU));
    } else {
        add(0xF0U | code >> 18U);
        add(0x80U | (code >> 12U & 0x3FU));
        add(0x80U | (code >> 6U & 0x3FU));
    }
    add(0x80U | (code & 0x3FU));
}

template <typename Number>
bool reads_as(std::string_view text, Number& number) {
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

}  // namespace

void JsonScanner::fail() const {
    throw MalformedJson("The body is not valid JSON at byte " + std::to_string(at_ + 1));
}

char JsonScanner::peek() {
    while (is_space(current()))
        ++at_;
    return current();
}

bool JsonScanner::take(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
}

void JsonScanner::expect(char expected) {
    if (!take(expected)) fail();
}

void JsonScanner::expect_end() {
    peek();
    if (at_ != text_.size()) fail();
}

void JsonScanner::read_word(std::string_view word) {
    for (const char c : word) {
        if (current() != c) fail();
        ++at_;
    }
}

std::string_view JsonScanner::take_plain() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_plain(text_[at_]))
        ++at_;
    return text_.substr(start, at_ - start);
}

void JsonScanner::read_string(std::string& into) {
    expect('"');
    into.assign(take_plain());
    while (current() == '\\') {
        read_escape(into);
        into.append(take_plain());
    }
    if (current() != '"' || !is_utf8(into)) fail();
    ++at_;
}

void JsonScanner::read_escape(std::string& into) {
    ++at_;
    if (current() == 'u') return read_code_point(into);
    const char c = unescaped(current());
    if (c == '\0') fail();
    into += c;
    ++at_;
}

/// One escape, or two for a code point that UTF-16 has as a pair of surrogates.
void JsonScanner::read_code_point(std::string& into) {
    unsigned code = read_hex4();
    if (code >= high_surrogates && code < low_surrogates) {
        if (current() != '\\') fail();
        ++at_;
        const unsigned low = read_hex4();
        if (low < low_surrogates || low >= after_surrogates) fail();
        code = 0x10000 + ((code - high_surrogates) << 10U) + (low - low_surrogates);
    } else if (code >= low_surrogates && code < after_surrogates) {
        fail();
    }
    append_utf8(into, code);
}

/// The `u` and four digits.
unsigned JsonScanner::read_hex4() {
    if (current() != 'u') fail();
    ++at_;
    const std::string_view digits = text_.substr(at_, 4);
    unsigned code = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 4 || end != digits.data() + digits.size() || error != std::errc()) fail();
    at_ += digits.size();
    return code;
}

void JsonScanner::skip_digits() {
    if (!at_digit()) fail();
    while (at_digit())
        ++at_;
}

Json JsonScanner::read_number() {
    const std::size_t start = at_;
    const bool negative = take('-');
    if (current() == '0')
        ++at_;
    else
        skip_digits();
    bool whole = true;
    if (current() == '.') {
        whole = false;
        ++at_;
        skip_digits();
    }
    if (current() == 'e' || current() == 'E') {
        whole = false;
        ++at_;
        if (current() == '+' || current() == '-') ++at_;
        skip_digits();
    }
    const std::string_view digits = text_.substr(start, at_ - start);
    std::uint64_t natural = 0;
    std::int64_t integer = 0;
    if (whole && !negative && reads_as(digits, natural)) return natural;
    if (whole && negative && reads_as(digits, integer)) return integer;
    const double number = std::strtod(std::string(digits).c_str(), nullptr);
    if (!std::isfinite(number)) throw MalformedJson("The JSON holds a number that is out of range");
    return number;
}

}  // namespace keyward::api
