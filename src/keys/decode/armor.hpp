#pragma once

#include "base/secret_bytes.hpp"

namespace keyward::keys {

/// The raw octets of a secret key, from base64 or the output of `certutil -encode`. Removes one layer only
/// and does not look at the octets, even when they look like PEM. Throws KeyFormatError.
SecretBytes secret_octets(const SecretBytes& content);

/// The DER of an asymmetric key: PEM, base64 of DER, base64 of PEM, and any of these as wrapped by `certutil
/// -encode`, which uses the header of a certificate. Throws KeyFormatError when there is no DER inside.
SecretBytes asymmetric_der(const SecretBytes& content);

}  // namespace keyward::keys
