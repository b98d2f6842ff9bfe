#pragma once

#include <cstddef>

#include "keys/decode/decode.hpp"

namespace keyward::keys {

inline constexpr std::size_t most_rsa_bits = 16384;

/// Checks an RSA public key: size between the policy's minimum and 16,384 bits, an odd modulus without small
/// factors, an odd public exponent from 3 to 64 bits (OpenSSL checks nothing with longer ones). Checks the
/// sizes first, so that a giant number costs nothing. The numbers are big-endian without leading zeros.
/// Throws KeyFormatError.
void check_rsa_public(ByteView modulus, ByteView public_exponent, const KeyPolicy& policy);

/// Checks that the parts of a private key belong together (RFC 8017 section 3.2): n = p·q, d·e ≡ 1 modulo p−1
/// and q−1, the CRT parts, and that both primes pass one Miller-Rabin round with a random base. One round
/// suffices to find damage: a random composite of this size passes once in 10^20 or more. A key made to pass
/// it harms only its maker, and more rounds would cost 3 ms each at 4,096 bits. The caller has checked the
/// public part. Throws KeyFormatError.
void check_rsa_private(const RsaPrivateKey& key);

}  // namespace keyward::keys
