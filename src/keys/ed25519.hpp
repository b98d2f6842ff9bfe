#pragma once

#include "keys/key_material.hpp"

namespace keyward::keys {

/// A public key from its 32 octets (RFC 8032 section 5.1.5). Throws KeyFormatError when they are not a point
/// of the curve, are one of the eight points of small order, for which anyone can make signatures, or have a
/// component of small order, which no key made from a seed has (NIST SP 800-186 appendix D.1.3, full public
/// key validation). Thread-safe.
Ed25519PublicKey ed25519_public_key(ByteView octets);

/// A private key from its 32-octet seed. Computes the public half. Throws KeyFormatError when the length is
/// wrong.
Ed25519PrivateKey ed25519_private_key(ByteView seed);

}  // namespace keyward::keys
