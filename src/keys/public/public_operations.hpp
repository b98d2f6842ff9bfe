#pragma once

#include <string>

#include "crypto/digest.hpp"
#include "keys/key_material.hpp"

namespace keyward::keys {

/// Public-key operations in OpenSSL: for tokens that lack the mechanism, and to check a token's results.
/// `verifies_…` return false for a wrong signature of any length, and throw only when OpenSSL itself fails.
/// Thread-safe.

/// The key from PEM of a SubjectPublicKeyInfo, as stored in the catalogue. Accepts any size, because the
/// policy was checked on import. Throws std::runtime_error when the text is not a public key.
PublicKey public_key_from_pem(const std::string& pem);

/// PKCS#1 v1.5 over a digest (RFC 8017 section 8.2.2).
bool verifies_rsa_pkcs1(const RsaPublicKey& key, Digest digest, ByteView value, ByteView signature);
/// PSS over a digest; MGF1 with the same hash, salt as long as the digest (RFC 8017 section 8.1.2).
bool verifies_rsa_pss(const RsaPublicKey& key, Digest digest, ByteView value, ByteView signature);
/// ECDSA over a digest; `signature` is r ‖ s, each as long as the order, as in PKCS#11 (PKCS#11 3.0 section
/// 2.3.1).
bool verifies_ecdsa(const EcPublicKey& key, ByteView digest, ByteView signature);
/// Pure Ed25519 over the message itself (RFC 8032 section 5.1.7).
bool verifies_ed25519(const Ed25519PublicKey& key, ByteView message, ByteView signature);

/// RSAES-OAEP with MGF1 of the same hash and no label (RFC 8017 section 7.1.1). Throws std::runtime_error
/// when the message has more than `longest_oaep_message` octets.
Bytes encrypt_rsa_oaep(const RsaPublicKey& key, Digest hash, ByteView message);
/// RSAES-PKCS1-v1_5 (RFC 8017 section 7.2.1), for a key that may do no other decryption. Throws
/// std::runtime_error when the message has more than `longest_pkcs1_message` octets.
Bytes encrypt_rsa_pkcs1(const RsaPublicKey& key, ByteView message);

/// The number of octets that OAEP (RFC 8017 section 7.1.1) or PKCS#1 v1.5 (7.2.1) can encrypt with a modulus
/// of this size; 0 when the modulus is too short.
std::size_t longest_oaep_message(int modulus_bits, Digest hash);
std::size_t longest_pkcs1_message(int modulus_bits);

}  // namespace keyward::keys
