#pragma once

#include <optional>
#include <string>

#include "base/secret_bytes.hpp"

namespace keyward {

/// Base64 of RFC 4648 section 4, without line breaks.
std::string to_base64(ByteView bytes);
/// Appends base64 to a text, without a further copy of the octets.
void append_base64(std::string& text, ByteView bytes);
/// The number of characters that `octets` octets take in base64.
constexpr std::size_t base64_size(std::size_t octets) {
    return (octets + 2) / 3 * 4;
}

/// Decodes base64 (RFC 4648 section 4). Ignores line breaks, spaces and tabs between the characters. Padding
/// must be correct and the unused bits zero, so that each value has one encoding. Returns nothing when the
/// text is not base64.
std::optional<SecretBytes> from_base64(std::string_view text);

}  // namespace keyward
