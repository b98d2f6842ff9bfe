#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "settings/pin_source.hpp"

/// Parsers of single settings. Each returns nothing when the text is not valid.
namespace keyward::settings {

/// Octets: a whole number with `B`, `KiB` or `MiB`, such as `1MiB`.
std::optional<std::size_t> parse_size(std::string_view text);

/// A whole number with `ms`, `s` or `m`, such as `250ms`; at most a day.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// An IPv4 or IPv6 address (no host name, no port, no range), in the spelling of inet_ntop.
std::optional<std::string> parse_address(std::string_view text);

/// Whether it is in 127.0.0.0/8 or ::1 (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). The argument is a result of
/// parse_address.
bool is_loopback(const std::string& address);

/// `file:/absolute/path`, `env:NAME` or `credential:NAME`.
std::optional<PinSource> parse_pin_source(std::string_view text);

/// `sqlite:///absolute/path`, `postgresql://…` or `postgres://…`.
std::optional<std::string> parse_catalogue_url(std::string_view text);

/// 1 to 64 letters, digits, `.`, `_`, `-`, of which the first is a letter or digit: the name is used in paths
/// and comma-separated lists.
std::optional<std::string> parse_environment_name(std::string_view text);

std::optional<std::string> parse_absolute_path(std::string_view text);

/// The nearest of `known` to a misspelt word, or empty when none is near.
std::string nearest_name(std::string_view word, const std::vector<std::string>& known);

}  // namespace keyward::settings
