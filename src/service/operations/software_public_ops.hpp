#pragma once

#include <string>

#include "domain/crypto_request.hpp"

namespace keyward::service {

/// Does in OpenSSL what needs the public half of a key alone (`is_public`), for tokens that lack it.
CryptoResult operate_outside(CryptoOperation action, const CryptoRequest& operation,
                             const std::string& public_key_pem);

}  // namespace keyward::service
