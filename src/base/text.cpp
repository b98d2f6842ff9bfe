#include "base/text.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace keyward {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

unsigned value_of_digit(char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : lower(c) - 'a' + 10);
}

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

bool decode_percent(std::string_view text, Plus plus, const std::function<void(std::uint8_t)>& put) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            put(static_cast<std::uint8_t>(text[i] == '+' && plus == Plus::space ? ' ' : text[i]));
            continue;
        }
        const std::string_view digits = text.substr(i + 1, 2);
        if (digits.size() != 2 || !std::ranges::all_of(digits, is_hex_digit)) return false;
        put(static_cast<std::uint8_t>(value_of_digit(digits[0]) << 4U | value_of_digit(digits[1])));
        i += 2;
    }
    return true;
}

bool percent_signs_are_whole(std::string_view text) {
    return decode_percent(text, Plus::literal, [](std::uint8_t) {});
}

}  // namespace keyward
