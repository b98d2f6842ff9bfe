#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>

namespace keyward::e2e {

using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

/// An RSA key from big-endian numbers. Null when OpenSSL refuses them.
PublicKey rsa_public_key(const std::string& modulus, const std::string& exponent);
/// A point of P-256 as CKA_EC_POINT holds it, an OCTET STRING around the uncompressed form. Null when it is
/// none.
PublicKey p256_public_key(const std::string& ec_point);

/// SHA-256 of the SubjectPublicKeyInfo, in lower-case hex; empty for null.
std::string fingerprint_of(const PublicKey& key);

/// Verifies a signature with SHA-256: RSA PKCS#1 v1.5, or ECDSA as r and s, concatenated (PKCS#11).
bool verifies(const PublicKey& key, const std::string& message, const std::string& signature);

}  // namespace keyward::e2e
