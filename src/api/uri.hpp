#pragma once

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

}  // namespace keyward::api
