#pragma once

#include <optional>
#include <string>

#include "keys/decode/der_reader.hpp"
#include "keys/key_material.hpp"

namespace keyward::keys {

/// The contents of an AlgorithmIdentifier (RFC 5280 section 4.1.1.2).
struct KeyAlgorithm {
    Algorithm algorithm;
    Curve curve = Curve::p256;  ///< only with Algorithm::ec
};

/// Reads an AlgorithmIdentifier. Throws a KeyFormatError that names what it found, for every algorithm, curve
/// and form of parameters that is not accepted. Refuses explicit EC parameters even where they are those of a
/// known curve: RFC 5480 section 2.1.1 forbids them, and a chosen generator in them allows forged signatures
/// (CVE-2020-0601).
KeyAlgorithm key_algorithm(const der::Element& identifier);

/// The curve that ECParameters name (RFC 5480 section 2.1.1). Throws KeyFormatError.
Curve named_curve(const der::Element& parameters);

}  // namespace keyward::keys
