#pragma once

#include <optional>

#include "hsm/cryptoki/cryptoki.hpp"
#include "keys/key_material.hpp"

namespace keyward::hsm {

/// DER of the curve's object identifier, the value of CKA_EC_PARAMS (RFC 5480 section 2.1.1.1; RFC 8410 for
/// Ed25519).
ByteView curve_oid(keys::Curve curve);
ByteView ed25519_oid();

/// Wraps a point in a DER OCTET STRING, the value of CKA_EC_POINT (PKCS#11 2.40 section 2.3.3).
Bytes wrapped_point(ByteView point);

/// Returns the key that CKA_EC_PARAMS and CKA_EC_POINT describe. The point may be bare, as in some modules
/// and for Edwards curves in PKCS#11 3.0. Returns nothing for a key that is not supported.
std::optional<keys::PublicKey> ec_public_key(ByteView params, ByteView point);

/// Same without the point, which a private object does not have: only type and size of the result are valid.
std::optional<keys::PublicKey> ec_key_without_point(ByteView params);

/// Same for CKA_MODULUS and CKA_PUBLIC_EXPONENT. Leading zeros are removed.
keys::RsaPublicKey rsa_public_key(ByteView modulus, ByteView exponent);

CK_KEY_TYPE key_type_of(const keys::PublicKey& key);

}  // namespace keyward::hsm
