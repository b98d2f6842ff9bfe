#pragma once

#include "keys/public/public_operations.hpp"

namespace keyward::keys {

/// Software's side of the proof that an object in a token holds what was sent: OpenSSL checks what the token
/// made. What holds for every use of a public key, ECDSA and EdDSA among it, stands in
/// keys/public/public_operations.hpp. Any thread may call.

/// PKCS#1 v1.5 with SHA-256 (RFC 8017 section 8.2) over `message`.
bool verifies_rsa_sha256(const RsaPublicKey& key, ByteView message, ByteView signature);

/// RSAES-OAEP with SHA-1 and MGF1-SHA-1 and no label: what every token can open. For the proof only, never
/// for data.
Bytes encrypt_oaep_sha1(const RsaPublicKey& key, ByteView message);

/// AES-CMAC (NIST SP 800-38B) of `message`, 16 octets.
Bytes aes_cmac(ByteView key, ByteView message);

}  // namespace keyward::keys
