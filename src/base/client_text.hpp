#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace keyward {

/// Whether the text is well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
/// U+10FFFF.
bool is_utf8(std::string_view text);

/// Whether well-formed UTF-8 contains a control character: U+0000 to U+001F, U+007F to U+009F.
bool has_control_characters(std::string_view text);
/// The longest name of a project, user, key or environment, and the longest alias, in octets of UTF-8.
inline constexpr std::size_t longest_name = 255;

/// Whether the text can be a name: 1 to `longest_name` octets of UTF-8 without control characters.
bool can_be_name(std::string_view text);

/// Whether a text from a client may be repeated to the client and written to a log. A field meant for a name
/// may hold key material, a password or a token by mistake. The text can be a name, and has no `=`, no PEM
/// boundary, no 16 hexadecimal digits in a row, and its letters and digits do not alternate as in base64. A
/// UUID in it is allowed.
bool looks_like_name(std::string_view text);

/// The text if it looks like a name, with an ellipsis after the first 64 bytes. Otherwise only its length, as
/// `(44 bytes that are not shown)`. Use it for every client text in an answer, a log or an error.
std::string shown_name(std::string_view text);

}  // namespace keyward
