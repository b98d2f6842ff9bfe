#pragma once

#include <optional>

#include "keys/key_format_error.hpp"
#include "keys/key_material.hpp"
#include "keys/key_policy.hpp"

namespace keyward::keys {

/// Decodes the text of a `content` field into key material and checks all that can be checked without a
/// token.
///
/// SECRET_KEY: base64 of the raw octets; without `algorithm` the length decides, as the contract says.
/// PRIVATE_KEY: PEM or DER of PKCS#8 (RFC 5958), PKCS#1 (RFC 8017 A.1.2) or SEC1 (RFC 5915). PUBLIC_KEY: PEM
/// or DER of SubjectPublicKeyInfo (RFC 5280 4.1.2.7), PKCS#1 (RFC 8017 A.1.1) or an X.509 certificate. Both
/// in base64, with or without line breaks, also as wrapped by `certutil -encode`; PEM also without base64.
/// Throws KeyFormatError. Thread-safe.
KeyMaterial decode_content(KeyType type, std::optional<Algorithm> algorithm, const SecretBytes& content,
                           const KeyPolicy& policy);

/// Checks the older form: base64 of PEM or DER (or PEM) of an RSA key's halves, either or both, which must
/// belong together. A KeyFormatError does not say which field it is about, so the caller decodes each half
/// separately: `public_key` with decode_content(PUBLIC_KEY, rsa, …), `private_key` with
/// decode_content(PRIVATE_KEY, rsa, …), then this check. Throws KeyFormatError when the public key does not
/// belong to the private key.
void check_pair(const RsaPrivateKey& private_key, const RsaPublicKey& public_key);

}  // namespace keyward::keys
