#pragma once

#include "keys/key_material.hpp"

namespace keyward::keys {

/// Software's side of the proof that a private object in a token fits a public key: OpenSSL checks what the
/// token made. All return false when it does not fit and throw only when OpenSSL itself fails. Any thread may
/// call them.

/// PKCS#1 v1.5 with SHA-256 (RFC 8017 section 8.2) over `message`.
bool verifies_rsa_sha256(const RsaPublicKey& key, ByteView message, ByteView signature);
/// ECDSA over a digest; `signature` is r ‖ s, each as long as the order, as PKCS#11 gives it (PKCS#11 3.0
/// section 2.3.1).
bool verifies_ecdsa(const EcPublicKey& key, ByteView digest, ByteView signature);
bool verifies_ed25519(const Ed25519PublicKey& key, ByteView message, ByteView signature);

/// RSAES-OAEP with SHA-1 and MGF1-SHA-1 and no label: what every token can open. For the proof only, never
/// for data.
Bytes encrypt_oaep_sha1(const RsaPublicKey& key, ByteView message);
/// RSAES-PKCS1-v1_5, for a key that may do no other decryption.
Bytes encrypt_rsa_pkcs1(const RsaPublicKey& key, ByteView message);

/// AES-CMAC (NIST SP 800-38B) of `message`, 16 octets.
Bytes aes_cmac(ByteView key, ByteView message);

}  // namespace keyward::keys
