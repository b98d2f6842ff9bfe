#pragma once

#include <optional>
#include <string>

#include "base/secret_bytes.hpp"

namespace keyward {

/// Base64 of RFC 4648 section 4, without line breaks.
std::string to_base64(ByteView bytes);
/// The same at the end of a text, for octets of which no further copy is to be made.
void append_base64(std::string& text, ByteView bytes);
/// How many characters that are.
constexpr std::size_t base64_size(std::size_t octets) {
    return (octets + 2) / 3 * 4;
}

/// Decodes base64 (RFC 4648 section 4). Line breaks, spaces and tabs between the characters are passed over;
/// padding must be right and the unused bits zero, so that one text stands for one value. Nothing is returned
/// when it is no base64.
std::optional<SecretBytes> from_base64(std::string_view text);

}  // namespace keyward
