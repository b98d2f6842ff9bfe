#include "settings/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <numeric>
#include <span>

#include <arpa/inet.h>

namespace keyward::settings {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array size_units{Unit{"B", 1}, Unit{"KiB", 1024}, Unit{"MiB", 1'048'576}};
constexpr std::array duration_units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000}};
constexpr std::uint64_t largest_number = 1'000'000'000;  // times any unit it fits 64 bits
constexpr std::uint64_t day_in_ms = 86'400'000;

std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number > largest_number) return std::nullopt;
    const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
    const auto unit = std::ranges::find(units, suffix, &Unit::name);
    if (unit == units.end()) return std::nullopt;
    return number * unit->factor;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

bool is_file_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::size_t> parse_size(std::string_view text) {
    return parse_with_unit(text, size_units);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto milliseconds = parse_with_unit(text, duration_units);
    if (!milliseconds || *milliseconds > day_in_ms) return std::nullopt;
    return std::chrono::milliseconds{*milliseconds};
}

std::optional<std::string> parse_address(std::string_view text) {
    const std::string terminated{text};
    if (terminated.find('\0') != std::string::npos) return std::nullopt;
    std::array<unsigned char, sizeof(in6_addr)> address{};
    for (const int family : {AF_INET, AF_INET6}) {
        if (inet_pton(family, terminated.c_str(), address.data()) != 1) continue;
        std::array<char, INET6_ADDRSTRLEN> spelt{};
        return inet_ntop(family, address.data(), spelt.data(), spelt.size());
    }
    return std::nullopt;
}

bool is_loopback(const std::string& address) {
    return address == "::1" || address.starts_with("127.");
}

std::optional<PinSource> parse_pin_source(std::string_view text) {
    struct Form {
        std::string_view prefix;
        PinSource::Kind kind;
        bool (*fits)(std::string_view);
    };
    static constexpr std::array forms{
        Form{"file:", PinSource::Kind::file,
             [](std::string_view name) { return parse_absolute_path(name).has_value(); }},
        Form{"env:", PinSource::Kind::environment, is_variable_name},
        Form{"credential:", PinSource::Kind::credential, is_file_name}};
    for (const auto& [prefix, kind, fits] : forms)
        if (text.starts_with(prefix) && fits(text.substr(prefix.size())))
            return PinSource{kind, std::string{text.substr(prefix.size())}};
    return std::nullopt;
}

std::optional<std::string> parse_catalogue_url(std::string_view text) {
    constexpr std::string_view sqlite = "sqlite://";
    const bool is_sqlite =
        text.starts_with(sqlite) && parse_absolute_path(text.substr(sqlite.size())).has_value();
    const bool is_postgresql = text.starts_with("postgresql://") || text.starts_with("postgres://");
    if (!is_sqlite && !is_postgresql) return std::nullopt;
    return std::string{text};
}

std::optional<std::string> parse_environment_name(std::string_view text) {
    constexpr std::size_t longest = 64;
    if (text.empty() || text.size() > longest || !is_letter_or_digit(text.front())) return std::nullopt;
    const auto fits = [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; };
    if (!std::ranges::all_of(text, fits)) return std::nullopt;
    return std::string{text};
}

std::optional<std::string> parse_absolute_path(std::string_view text) {
    if (!text.starts_with('/') || text.ends_with('/') || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    return std::string{text};
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& known) {
    std::string nearest;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& name : known) {
        const bool one_begins_the_other =
            word.size() >= 3 && (name.starts_with(word) || word.starts_with(name));
        const std::size_t distance = one_begins_the_other ? 1 : edit_distance(word, name);
        if (distance < least) {
            least = distance;
            nearest = name;
        }
    }
    return nearest;
}

}  // namespace keyward::settings
