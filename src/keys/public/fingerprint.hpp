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

/// What a token must report for a secret key, upper-case hex of 3 octets, computed outside the token to
/// compare with it. AES, DES, DESede: a zero block encrypted. HMAC: HMAC-SHA-256 of nothing. Empty when
/// OpenSSL can't (single DES without its legacy provider).
std::string key_check_value(const SecretKey& key);

/// A key check value as receipts have it: the first 3 octets of what encrypting the zero block or the MAC
/// yields, or of CKA_CHECK_VALUE, as upper-case hex. Shorter when there are fewer octets.
std::string check_value_text(ByteView octets);

}  // namespace keyward::keys
