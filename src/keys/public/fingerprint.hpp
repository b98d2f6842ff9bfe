#pragma once

#include <string>

#include "keys/key_material.hpp"

namespace keyward::keys {

/// DER of the SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7; RFC 5480 with a named curve; RFC 8410).
Bytes subject_public_key_info(const PublicKey& key);

/// Lower-case hex of the SHA-256 of `subject_public_key_info`: the contract's `publicKeySha256`.
std::string public_key_sha256(const PublicKey& key);

/// PEM of `subject_public_key_info`, with a line break at its end.
std::string public_key_pem(const PublicKey& key);

/// The check value that a token must report for a secret key, as upper-case hex of 3 octets, computed in
/// software for comparison. AES, DES, DESede: the encryption of a zero block. HMAC: HMAC-SHA-256 of an empty
/// message. Empty when OpenSSL cannot compute it (single DES without its legacy provider).
std::string key_check_value(const SecretKey& key);

/// Formats a key check value as receipts do: the first 3 octets of the encrypted zero block, of the MAC or of
/// CKA_CHECK_VALUE, as upper-case hex. Shorter when there are fewer octets.
std::string check_value_text(ByteView octets);

}  // namespace keyward::keys
