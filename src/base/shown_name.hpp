#pragma once

#include <string>
#include <string_view>

namespace keyward {

/// Whether a text that a client sent can be repeated to it and written into a log. Key material, a password
/// or a token may stand in a field that is meant for a name. A name has at most 255 bytes of UTF-8 without
/// control characters. It has no `=`, no PEM boundary, no 16 hexadecimal digits in a row, and its letters and
/// digits do not alternate as those of base64 do. A UUID in it is a name all the same.
bool looks_like_name(std::string_view text);

/// The text if it looks like a name, with an ellipsis after the first 64 bytes. Otherwise its length alone,
/// as `(44 bytes that are not shown)`. For every text of a client in an answer, a log or an error.
std::string shown_name(std::string_view text);

}  // namespace keyward
