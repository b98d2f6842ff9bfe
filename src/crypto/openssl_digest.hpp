#pragma once

#include <openssl/evp.h>

#include "crypto/digest.hpp"

namespace keyward {

/// OpenSSL's own of a hash function; it lives as long as the process. Any thread may call it.
const EVP_MD* openssl_digest(Digest digest);

}  // namespace keyward
