#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keyward::api {

/// Percent-decodes (RFC 3986 section 2.1). Nothing when two hexadecimal digits do not follow a `%`, or when
/// the result is not UTF-8 or has a control character.
std::optional<std::string> percent_decode(std::string_view text);

/// The decoded parts between the slashes; a trailing slash adds none. Nothing when a part cannot be decoded
/// or is empty. A slash sent as %2F is a character of its part.
std::optional<std::vector<std::string>> path_segments(std::string_view path);

/// `name=value` pairs in order; `+` is a space (the form encoding of the URL standard). Nothing when a pair
/// cannot be decoded.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;
std::optional<QueryParameters> query_parameters(std::string_view query);

/// A cursor between two pages of a list in the order of names: the last name of the previous page, in a form
/// that needs no escapes in a URL and cannot be mistaken for a name (base64url, RFC 4648 section 5). Pages
/// stay correct when keys are created or deleted in between.
std::string cursor_of_name(const std::string& name);
/// Nothing when the text is not a cursor.
std::optional<std::string> name_of_cursor(const std::string& cursor);

inline constexpr std::size_t longest_cursor = 512;

}  // namespace keyward::api
