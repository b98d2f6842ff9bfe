#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace keyward::api {

/// The place between two pages of a list that is in the order of names: the last name of the page before, in
/// a form that stands in a URL as it is and that nobody takes for a name (base64url, RFC 4648 section 5).
/// Pages stay right when keys come and go in between.
std::string cursor_of_name(const std::string& name);
/// Nothing when it is no cursor.
std::optional<std::string> name_of_cursor(const std::string& cursor);

inline constexpr std::size_t longest_cursor = 512;

}  // namespace keyward::api
