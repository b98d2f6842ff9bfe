#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keyward {

/// Octets that are not secret: identifiers, public keys, check values, signatures.
using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Whether the character is a hexadecimal digit of either case.
constexpr bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Lower-case hexadecimal, two characters per octet.
std::string to_hex(ByteView bytes);

/// The octets of a hexadecimal text of either case. Throws std::invalid_argument when the text is not
/// hexadecimal.
Bytes from_hex(std::string_view hex);

/// SHA-256 (FIPS 180-4), 32 octets.
Bytes sha256(ByteView bytes);

}  // namespace keyward
