#pragma once

#include "keys/decode/decode.hpp"
#include "keys/decode/der_kind.hpp"
#include "keys/key_algorithm.hpp"

namespace keyward::keys {

/// Decodes and checks a public key from DER of this kind (one that holds_public_key). Throws KeyFormatError.
PublicKey decode_public_key(ByteView der, DerKind kind, const KeyPolicy& policy);

/// Decodes and checks the key in a SubjectPublicKeyInfo's bit string, without its octet of unused bits.
/// Throws KeyFormatError.
PublicKey decode_public_octets(const KeyAlgorithm& algorithm, ByteView octets, const KeyPolicy& policy);

}  // namespace keyward::keys
