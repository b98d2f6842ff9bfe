#pragma once

#include <span>

#include "base/bytes.hpp"

namespace keyward {

/// Sets the lowest bit of every octet so that each octet has an odd number of ones (FIPS 46-3). The cipher
/// does not use these bits.
void set_odd_parity(std::span<std::uint8_t> key);

/// Whether every octet has odd parity. A DES key has; other octets rarely do.
bool has_odd_parity(ByteView key);

/// Whether 8 octets with odd parity are one of DES's 4 weak or 12 semi-weak keys (NIST SP 800-67 section
/// 3.3.2). Encrypting twice with such a key, or with the key and its partner, gives the plaintext back.
bool is_weak_des_key(ByteView key);

}  // namespace keyward
