#pragma once

#include <string>

#include "keys/digest.hpp"
#include "keys/key_material.hpp"

namespace keyward::keys {

/// What a public key can do without its token, in OpenSSL: for tokens that lack it. `verifies_…` return false
/// for a signature that does not fit, of whatever length, and throw only when OpenSSL itself fails. ECDSA and
/// EdDSA, and RSA encryption as PKCS#1 v1.5 has it, stand in keys/proof.hpp. Any thread may call.

/// The key in PEM of a SubjectPublicKeyInfo, as the catalogue keeps it. Throws std::runtime_error when it is
/// none.
PublicKey public_key_from_pem(const std::string& pem);

/// PKCS#1 v1.5 over a digest (RFC 8017 section 8.2.2).
bool verifies_rsa_pkcs1(const RsaPublicKey& key, Digest digest, ByteView value, ByteView signature);
/// PSS over a digest; MGF1 with the same hash, salt as long as the digest (RFC 8017 section 8.1.2).
bool verifies_rsa_pss(const RsaPublicKey& key, Digest digest, ByteView value, ByteView signature);

/// RSAES-OAEP with MGF1 of the same hash and no label (RFC 8017 section 7.1.1). The message has at most
/// `longest_oaep_message` octets.
Bytes encrypt_rsa_oaep(const RsaPublicKey& key, Digest hash, ByteView message);

/// How many octets OAEP (RFC 8017 section 7.1.1) or PKCS#1 v1.5 (7.2.1) can encrypt with a modulus of so many
/// bits; 0 when the modulus is too short.
std::size_t longest_oaep_message(int modulus_bits, Digest hash);
std::size_t longest_pkcs1_message(int modulus_bits);

}  // namespace keyward::keys
