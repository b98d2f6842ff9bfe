#pragma once

#include <optional>

#include "hsm/cryptoki/cryptoki.hpp"
#include "keys/key_material.hpp"

namespace keyward::hsm {

/// DER of the curve's object identifier, as CKA_EC_PARAMS wants it (RFC 5480 section 2.1.1.1; RFC 8410 for
/// Ed25519).
ByteView curve_oid(keys::Curve curve);
ByteView ed25519_oid();

/// A point in the DER OCTET STRING that CKA_EC_POINT wants (PKCS#11 2.40 section 2.3.3).
Bytes wrapped_point(ByteView point);

/// The key that CKA_EC_PARAMS and CKA_EC_POINT stand for. The point may come bare, as some modules and
/// PKCS#11 3.0 for Edwards curves have it. Nothing when it is none of ours.
std::optional<keys::PublicKey> ec_public_key(ByteView params, ByteView point);

/// The same without its point, which a private object does not have: type and size alone are right.
std::optional<keys::PublicKey> ec_key_without_point(ByteView params);

/// The same for CKA_MODULUS and CKA_PUBLIC_EXPONENT; leading zeros go.
keys::RsaPublicKey rsa_public_key(ByteView modulus, ByteView exponent);

CK_KEY_TYPE key_type_of(const keys::PublicKey& key);

}  // namespace keyward::hsm
