#pragma once

#include <cstddef>
#include <optional>

#include "keys/decode/decode.hpp"

namespace keyward::keys {

inline constexpr std::size_t shortest_hmac_key = 16;  ///< octets
inline constexpr std::size_t longest_hmac_key = 1024;

/// Makes and checks a symmetric key from its raw octets. Without an algorithm the length decides, as the
/// contract says. Sets the parity bits of DES and DESede keys. Throws KeyFormatError for a wrong length, an
/// ambiguous length, DESede keys with equal parts and weak DES keys: those are placeholders or mistakes,
/// because a good generator makes one of them in 2^52.
SecretKey make_secret_key(std::optional<Algorithm> algorithm, SecretBytes octets, const KeyPolicy& policy);

}  // namespace keyward::keys
