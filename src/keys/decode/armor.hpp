#pragma once

#include "base/secret_bytes.hpp"

namespace keyward::keys {

/// The raw octets of a secret key: base64, or the output of `certutil -encode`, taken off once. What is
/// inside is not looked at, even when it looks like PEM. Throws KeyFormatError.
SecretBytes secret_octets(const SecretBytes& content);

/// The DER of an asymmetric key: PEM, base64 of DER, base64 of PEM, and any of these as `certutil -encode`
/// wraps it, whose header is the one that a real certificate has. Throws KeyFormatError when there is no DER
/// inside.
SecretBytes asymmetric_der(const SecretBytes& content);

}  // namespace keyward::keys
