#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/crypto_request.hpp"
#include "domain/errors.hpp"
#include "domain/mechanisms.hpp"
#include "service/auth/access.hpp"
#include "service/runtime/environment.hpp"
#include "service/runtime/service_context.hpp"

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
std::optional<FieldError> missing_in(const TokenCapabilities& capabilities, const CryptoRequest& operation,
                                     const std::string& pointer, const std::string& environment);

/// The error for a token that has refused the mechanism, regardless of its capabilities.
FieldError not_offered(const std::string& pointer, const std::string& environment);

/// A mechanism that the token of an environment actually supports.
struct AvailableMechanism {
    const Mechanism* mechanism;  ///< a row of the table
    std::set<Digest> hashes;     ///< OAEP: the hashes with which the token decrypts
};

/// All of them in the table's order; legacy ones only where the configuration allows them. For callers whose
/// grants reach that environment in some project, and for administrators. Throws ServiceError: bad_request
/// for others, hsm_unavailable or overloaded when the token does not answer. Thread-safe.
std::vector<AvailableMechanism> available_mechanisms(const ServiceContext& service_context,
                                                     const Caller& caller, const std::string& environment);

}  // namespace keyward::service
