#include "keys/decode/base64_diagnostics.hpp"

#include <algorithm>

namespace keyward::keys {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
constexpr std::string_view spaces = " \t\r\n";

bool is_in(std::string_view set, char c) {
    return set.find(c) != std::string_view::npos;
}

}  // namespace

std::string base64_fault(std::string_view text) {
    const auto* const stranger = std::find_if(
        text.begin(), text.end(), [](char c) { return !is_in(alphabet, c) && !is_in(spaces, c); });
    if (stranger != text.end()) {
        const std::string place = "character " + std::to_string(stranger - text.begin() + 1);
        if (*stranger == '-' || *stranger == '_')
            return place + " belongs to base64url; send base64 of RFC 4648 section 4, with + and /";
        if (*stranger == '\\')
            return place + " is a backslash; send real line breaks (\\n escaped once in JSON) or none";
        return place + " does not belong to base64; send it encoded with, for example, base64 -w0";
    }
    const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return !is_in(spaces, c); });
    if (characters % 4 != 0)
        return "it has " + std::to_string(characters) +
               " characters, which is not a multiple of 4; send it whole and with its padding (=)";
    return "its padding (=) is wrong, or the last character is damaged; encode it again";
}

bool looks_hexadecimal(std::string_view text) {
    static constexpr std::size_t shortest = 16;
    const auto all_of = [text](std::string_view digits) {
        return text.find_first_not_of(digits) == std::string_view::npos;
    };
    return text.size() >= shortest && text.find_first_of("0123456789") != std::string_view::npos &&
           (all_of("0123456789abcdef") || all_of("0123456789ABCDEF"));
}

}  // namespace keyward::keys
