#pragma once

#include "keys/decode/decode.hpp"
#include "keys/decode/der_kind.hpp"

namespace keyward::keys {

/// Decodes and checks a private key from DER of this kind (one that holds_private_key). Throws
/// KeyFormatError.
KeyMaterial decode_private_key(ByteView der, DerKind kind, const KeyPolicy& policy);

}  // namespace keyward::keys
