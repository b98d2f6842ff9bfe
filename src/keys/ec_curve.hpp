#pragma once

#include <optional>
#include <string_view>

#include "keys/key_material.hpp"

namespace keyward::keys {

/// What one has to know of a curve (SEC 2, FIPS 186-5 and SP 800-186).
struct CurveFacts {
    Curve curve;
    std::string_view name;    ///< as the contract spells it
    int nid;                  ///< OpenSSL's number
    int field_bits;           ///< bits of a coordinate
    std::size_t order_bytes;  ///< octets of a scalar, and of a coordinate: on these curves the same
    std::string_view oid;     ///< the identifier's DER, with tag and length
};

const CurveFacts& facts_of(Curve curve);
std::optional<Curve> curve_from_nid(int nid);

/// The names of all accepted curves, for an error text.
std::string_view accepted_curves();

/// A public key from a point in any form of SEC 1 section 2.3.3 (compressed too). Throws KeyFormatError when
/// it is at infinity, malformed or off the curve.
EcPublicKey ec_public_key(Curve curve, ByteView point);

/// A private key from its scalar, big-endian with any number of leading zeros; the public half is computed.
/// Throws KeyFormatError when the scalar is not in 1 … order − 1.
EcPrivateKey ec_private_key(Curve curve, ByteView scalar);

}  // namespace keyward::keys
