#include "service/runtime/weak_serial.hpp"

#include <algorithm>
#include <string_view>

namespace keyward::service {
namespace {

constexpr std::string_view filling = " 0";
/// A number with fewer characters than this, after removing its zeros, is only a counter.
constexpr std::size_t least_significant = 4;

std::string_view without_filling(std::string_view text) {
    const auto first = text.find_first_not_of(filling);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_one_character(std::string_view text) {
    return std::ranges::all_of(text, [&](char each) { return each == text.front(); });
}

/// `1234`, `12345678`, `1234567890`.
bool counts_up(std::string_view text) {
    constexpr std::string_view row = "12345678901234567890";
    return row.starts_with(text);
}

}  // namespace

std::optional<std::string> weakness_of_serial(const TokenIdentity& identity) {
    if (identity.serial.find_first_not_of(' ') == std::string::npos) return "is empty";
    if (identity.serial_is_shared) return "is also that of another token of the module";
    const std::string_view significant = without_filling(identity.serial);
    if (significant.empty()) return "is all zeros";
    if (significant.size() < least_significant || is_one_character(significant) || counts_up(significant))
        return "looks like a default of its maker";
    return std::nullopt;
}

}  // namespace keyward::service
