#include "http/syntax.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace keyward::http {
namespace {

constexpr std::uint8_t token_class = 1;
constexpr std::uint8_t value_class = 2;
constexpr std::uint8_t target_class = 4;
constexpr std::uint8_t host_class = 8;

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    const auto add = [&classes](std::string_view characters, std::uint8_t name) {
        for (const char character : characters) {
            auto& entry = classes.at(static_cast<std::uint8_t>(character));
            entry = static_cast<std::uint8_t>(entry | name);
        }
    };
    add(letters_and_digits, token_class | target_class | host_class);
    add("!#$%&'*+-.^_`|~", token_class);
    add("-._~!$&'()*+,;=:@/?%", target_class);
    add("-._~!$&'()*+,;=:[]%", host_class);
    add("\t", value_class);
    for (std::size_t octet = 0x20; octet < classes.size(); ++octet) {
        if (octet == 0x7F) continue;
        classes.at(octet) = static_cast<std::uint8_t>(classes.at(octet) | value_class);
    }
    return classes;
}

constexpr auto classes_of = make_classes();

constexpr bool is_in(char octet, std::uint8_t name) {
    return (classes_of[static_cast<std::uint8_t>(octet)] & name) != 0;
}

constexpr char lowered(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool all_in(std::string_view text, std::uint8_t name) {
    return std::ranges::all_of(text, [name](char octet) { return is_in(octet, name); });
}

}  // namespace

bool is_token(std::string_view text) {
    return !text.empty() && all_in(text, token_class);
}

bool is_field_value(std::string_view text) {
    return all_in(text, value_class);
}

bool is_target_octet(char octet) {
    return is_in(octet, target_class);
}

bool is_host(std::string_view text) {
    return all_in(text, host_class);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), lowered);
    return lower;
}

bool list_has_token(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (lower_case(trimmed(list.substr(0, comma))) == token) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

}  // namespace keyward::http
