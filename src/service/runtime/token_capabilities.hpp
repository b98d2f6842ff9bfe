#pragma once

#include <optional>
#include <set>
#include <string>

#include "domain/crypto_request.hpp"
#include "domain/errors.hpp"
#include "service/runtime/environment.hpp"

namespace keyward::service {

/// What the token of an environment can do.
struct TokenCapabilities {
    std::set<std::string> mechanisms;
    std::set<Digest> oaep_hashes;  ///< the hashes with which it decrypts
};

/// Queries the token on a worker. Throws ServiceError; `pointer` names the operation that needs the answer.
TokenCapabilities capabilities_of(Environment& environment, const std::string& pointer);

/// Why a token with these capabilities cannot do the operation, or decrypt what it encrypts; nothing when it
/// can.
std::optional<FieldError> missing_in(const TokenCapabilities& offer, const CryptoRequest& operation,
                                     const std::string& pointer, const std::string& environment);

/// The error for a token that has refused the mechanism, regardless of its capabilities.
FieldError not_offered(const std::string& pointer, const std::string& environment);

}  // namespace keyward::service
