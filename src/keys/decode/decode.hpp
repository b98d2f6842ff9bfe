#pragma once

#include <optional>

#include "keys/key_format_error.hpp"
#include "keys/key_material.hpp"
#include "keys/key_policy.hpp"

namespace keyward::keys {

/// Turns the text of a `content` field into key material, checked as far as it can be without a token.
///
/// SECRET_KEY: base64 of the raw octets; `algorithm` left out is chosen by length as the contract says.
/// PRIVATE_KEY: PEM or DER of PKCS#8 (RFC 5958), PKCS#1 (RFC 8017 A.1.2) or SEC1 (RFC 5915). PUBLIC_KEY: PEM
/// or DER of SubjectPublicKeyInfo (RFC 5280 4.1.2.7), PKCS#1 (RFC 8017 A.1.1) or an X.509 certificate. Both
/// in base64, with or without line breaks, also as `certutil -encode` wraps it; PEM also bare. Throws
/// KeyFormatError. Any thread may call it.
KeyMaterial decode_content(KeyType type, std::optional<Algorithm> algorithm, const SecretBytes& content,
                           const KeyPolicy& policy);

/// The older form: base64 of PEM or DER (or PEM) of an RSA key's halves, either or both; both must belong
/// together. The pointer that an KeyFormatError is about can't be told from the text, so the halves are
/// decoded one by one: `public_key` with decode_content(PUBLIC_KEY, rsa, …), `private_key` with
/// decode_content(PRIVATE_KEY, rsa, …), then this check. Throws KeyFormatError when the public key is not
/// the private key's.
void check_pair(const RsaPrivateKey& private_key, const RsaPublicKey& public_key);

}  // namespace keyward::keys
