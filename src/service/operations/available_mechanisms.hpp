#pragma once

#include <set>
#include <string>
#include <vector>

#include "domain/mechanisms.hpp"
#include "service/auth/access.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

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
