#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "settings/mistakes.hpp"

namespace keyward::settings {

/// The number of arrays and inline tables inside each other, and of dots in one name, that a file may have.
/// The configuration needs two.
constexpr std::size_t deepest_nesting = 16;

/// The first place in a TOML text where it is nested deeper. The TOML library calls itself for each level, so
/// that a deep file would overflow the stack. Ignores strings and comments.
std::optional<Place> place_nested_too_deep(std::string_view toml);

}  // namespace keyward::settings
