#pragma once

#include <string>

#include "domain/crypto_request.hpp"

namespace keyward::service {

/// Performs in OpenSSL the operations that need only the public half of a key (`is_public`), for tokens that
/// lack them.
CryptoResult operate_in_software(CryptoOperation action, const CryptoRequest& operation,
                                 const std::string& public_key_pem);

}  // namespace keyward::service
