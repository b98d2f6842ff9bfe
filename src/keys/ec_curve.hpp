#pragma once

#include <optional>
#include <string_view>

#include "keys/key_material.hpp"

namespace keyward::keys {

/// Facts about a curve (SEC 2, FIPS 186-5 and SP 800-186).
struct CurveFacts {
    Curve curve;
    std::string_view name;    ///< as the contract spells it
    int nid;                  ///< OpenSSL's number
    int field_bits;           ///< bits of a field element
    std::size_t order_bytes;  ///< octets of a scalar, and of a coordinate: equal on these curves
    std::string_view oid;     ///< DER of the identifier, with tag and length
};

const CurveFacts& facts_of(Curve curve);
std::optional<Curve> curve_from_nid(int nid);

/// The names of all accepted curves, for error texts.
std::string_view accepted_curves();

/// A public key from a point in any form of SEC 1 section 2.3.3 (also compressed). Throws KeyFormatError when
/// the point is at infinity, malformed or not on the curve.
EcPublicKey ec_public_key(Curve curve, ByteView point);

/// A private key from its scalar, big-endian with any number of leading zeros. Computes the public half.
/// Throws KeyFormatError when the scalar is not in 1 … order − 1.
EcPrivateKey ec_private_key(Curve curve, ByteView scalar);

}  // namespace keyward::keys
