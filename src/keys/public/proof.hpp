#pragma once

#include "keys/public/public_operations.hpp"

namespace keyward::keys {

/// The software side of the proof that an object in a token holds the key that was sent: OpenSSL checks the
/// token's results. Operations that are not only for the proof, including ECDSA and EdDSA, are in
/// keys/public/public_operations.hpp. Thread-safe.

/// Verifies PKCS#1 v1.5 with SHA-256 (RFC 8017 section 8.2) over `message`.
bool verifies_rsa_sha256(const RsaPublicKey& key, ByteView message, ByteView signature);

/// RSAES-OAEP with SHA-1, MGF1-SHA-1 and no label, which every token can decrypt. For the proof only, never
/// for data.
Bytes encrypt_oaep_sha1(const RsaPublicKey& key, ByteView message);

/// AES-CMAC (NIST SP 800-38B) of `message`, 16 octets.
Bytes aes_cmac(ByteView key, ByteView message);

/// HMAC-SHA-256 (FIPS 198-1) of the empty message, 32 octets.
Bytes hmac_of_nothing(const SecretKey& key);

/// The encryption of one block of zeros with an AES, DES or DESede key, 16 or 8 octets.
Bytes encrypted_zero_block(const SecretKey& key);

}  // namespace keyward::keys
