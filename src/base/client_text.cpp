#include "base/client_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace keyward {
namespace {

/// The length and the least value of a multi-octet sequence, by its first octet; a length of 0 when no
/// sequence begins with it.
struct Lead {
    std::size_t length;
    std::uint32_t bits;
    std::uint32_t least;
};

Lead lead_of(std::uint8_t octet) {
    if ((octet & 0xE0U) == 0xC0U) return {2, octet & 0x1FU, 0x80};
    if ((octet & 0xF0U) == 0xE0U) return {3, octet & 0x0FU, 0x800};
    if ((octet & 0xF8U) == 0xF0U) return {4, octet & 0x07U, 0x10000};
    return {0, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        if (static_cast<std::uint8_t>(text[i]) < 0x80) {
            ++i;
            continue;
        }
        const Lead lead = lead_of(static_cast<std::uint8_t>(text[i]));
        if (lead.length == 0 || i + lead.length > text.size()) return false;
        std::uint32_t code = lead.bits;
        for (std::size_t k = 1; k < lead.length; ++k) {
            const auto octet = static_cast<std::uint8_t>(text[i + k]);
            if ((octet & 0xC0U) != 0x80U) return false;
            code = code << 6U | (octet & 0x3FU);
        }
        if (code < lead.least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        i += lead.length;
    }
    return true;
}

bool has_control_characters(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<std::uint8_t>(text[i]);
        if (octet < 0x20 || octet == 0x7F) return true;
        // U+0080 to U+009F are C2 80 to C2 9F.
        if (octet == 0xC2 && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0xA0)
            return true;
    }
    return false;
}

namespace {

constexpr std::size_t longest_shown = 64;
/// A DES key in hexadecimal digits.
constexpr std::size_t shortest_hex_key = 16;
/// Twelve octets in base64.
constexpr std::size_t shortest_random = 16;

enum class Kind : std::uint8_t { other, lower, upper, digit };

Kind kind_of(char c) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x80) return Kind::other;
    if (std::isdigit(octet) != 0) return Kind::digit;
    if (std::isupper(octet) != 0) return Kind::upper;
    if (std::islower(octet) != 0) return Kind::lower;
    return Kind::other;
}

/// Whether the text begins with a UUID: 8-4-4-4-12 hexadecimal digits.
bool begins_with_uuid(std::string_view text) {
    constexpr std::array<std::size_t, 5> groups{8, 4, 4, 4, 12};
    for (const std::size_t digits : groups) {
        if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), is_hex_digit)) return false;
        text.remove_prefix(digits);
        if (digits == groups.back()) break;
        if (!text.starts_with('-')) return false;
        text.remove_prefix(1);
    }
    return text.empty() || !is_hex_digit(text.front());
}

std::string without_uuids(std::string_view text) {
    constexpr std::size_t uuid_size = 36;
    std::string rest;
    while (!text.empty()) {
        const std::size_t taken = begins_with_uuid(text) ? uuid_size : 1;
        if (taken == 1) rest += text.front();
        text.remove_prefix(taken);
    }
    return rest;
}

/// Finds the digits also when colons, dashes or spaces separate them.
bool holds_hex_key(std::string_view text) {
    constexpr std::string_view separators = ":- _.,";
    std::size_t digits = 0;
    for (const char c : text) {
        if (is_hex_digit(c))
            ++digits;
        else if (separators.find(c) == std::string_view::npos)
            digits = 0;
        if (digits >= shortest_hex_key) return true;
    }
    return false;
}

/// Whether upper case, lower case and digits alternate as in base64, where they change at two of three
/// places. In names, including camel case, they change at less than one of three.
bool alternates_like_base64(std::string_view text) {
    std::size_t count = 0;
    std::size_t changes = 0;
    Kind last = Kind::other;
    for (const char c : text) {
        const Kind kind = kind_of(c);
        if (kind == Kind::other) continue;
        if (count > 0 && kind != last) ++changes;
        last = kind;
        ++count;
    }
    return count >= shortest_random && 3 * changes > count;
}

/// The first octets of well-formed UTF-8, cut at a character boundary.
std::string_view beginning_of(std::string_view text, std::size_t size) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
        --size;
    return text.substr(0, size);
}

}  // namespace

bool can_be_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name && is_utf8(text) && !has_control_characters(text);
}

bool looks_like_name(std::string_view text) {
    if (!can_be_name(text)) return false;
    if (text.find('=') != std::string_view::npos || text.find("-----") != std::string_view::npos)
        return false;
    const std::string rest = without_uuids(text);
    return !holds_hex_key(rest) && !alternates_like_base64(rest);
}

std::string shown_name(std::string_view text) {
    if (text.empty()) return {};
    if (!looks_like_name(text)) return "(" + std::to_string(text.size()) + " bytes that are not shown)";
    if (text.size() <= longest_shown) return std::string(text);
    return std::string(beginning_of(text, longest_shown)) + "…";
}

}  // namespace keyward
