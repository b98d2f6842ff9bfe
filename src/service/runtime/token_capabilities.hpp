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
    std::set<Digest> oaep_hashes;  ///< with which it decrypts
};

/// Asks the token, by a worker. Throws ServiceError; `pointer` is of the operation that wants to know.
TokenCapabilities capabilities_of(Environment& environment, const std::string& pointer);

/// Why a token with that offer can't do the operation, or open what it encrypts; nothing when it can.
std::optional<FieldError> missing_in(const TokenCapabilities& offer, const CryptoRequest& operation,
                                     const std::string& pointer, const std::string& environment);

/// The same of a token that has refused the mechanism, whatever it offers.
FieldError not_offered(const std::string& pointer, const std::string& environment);

}  // namespace keyward::service
