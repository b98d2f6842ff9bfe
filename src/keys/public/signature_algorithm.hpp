#pragma once

#include "crypto/digest.hpp"

namespace keyward::keys {

/// The signature algorithm of a certificate request. PSS uses MGF1 with the same hash and a salt as long as
/// the digest.
struct RequestSignature {
    enum class Scheme { rsa_pkcs1, rsa_pss, ecdsa, ed25519 };
    Scheme scheme;
    Digest digest = Digest::sha256;  ///< SHA-256, SHA-384 or SHA-512; ignored for ed25519
};

/// DER of the AlgorithmIdentifier: RFC 8017 appendix A.2, RFC 4055 section 3.1 (PSS, with explicit
/// parameters), RFC 5758 section 3.2, RFC 8410 section 3. Throws std::invalid_argument for another digest.
Bytes signature_algorithm(RequestSignature signature);

}  // namespace keyward::keys
