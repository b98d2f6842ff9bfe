#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace keyward::api {

/// A cursor between two pages of a list in the order of names: the last name of the previous page, in a form
/// that needs no escapes in a URL and cannot be mistaken for a name (base64url, RFC 4648 section 5). Pages
/// stay correct when keys are created or deleted in between.
std::string cursor_of_name(const std::string& name);
/// Nothing when the text is not a cursor.
std::optional<std::string> name_of_cursor(const std::string& cursor);

inline constexpr std::size_t longest_cursor = 512;

}  // namespace keyward::api
