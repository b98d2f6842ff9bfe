#pragma once

#include <openssl/evp.h>

#include "crypto/digest.hpp"

namespace keyward {

/// OpenSSL's object for a digest; it lives as long as the process. Thread-safe.
const EVP_MD* openssl_digest(Digest digest);

}  // namespace keyward
