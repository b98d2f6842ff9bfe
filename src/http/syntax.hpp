#pragma once

#include <string>
#include <string_view>

namespace keyward::http {

/// The character classes and small texts of HTTP/1.1, as defined in RFC 9110 (5.5, 5.6.2) and RFC 3986
/// (appendix A).

/// A token of RFC 9110 5.6.2: methods and field names. Not empty.
bool is_token(std::string_view text);

/// Whether the text is a field value (RFC 9110 5.5): visible characters, space, tab and octets over 127; no
/// control characters.
bool is_field_value(std::string_view text);

/// Whether the octet may occur in a path or query (RFC 3986 3.3, 3.4). This includes the percent sign; the
/// octets after it are not checked.
bool is_target_octet(char octet);

/// Host [":" port] (RFC 9110 7.2), checked by its characters. May be empty.
bool is_host(std::string_view text);

/// The text without leading and trailing spaces and tabs (OWS, RFC 9110 5.6.3).
std::string_view trimmed(std::string_view text);

std::string lower_case(std::string_view text);

/// Whether a comma-separated list (RFC 9110 5.6.1) has this token, which is given in lower case.
bool list_has_token(std::string_view list, std::string_view token);

}  // namespace keyward::http
