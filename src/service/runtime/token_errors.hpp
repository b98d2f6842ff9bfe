#pragma once

#include <string>

#include "domain/errors.hpp"
#include "domain/token.hpp"

namespace keyward::service {

/// The client's error for a failed call to an environment's token. `pointer` names the operation that a
/// refusal concerns.
ServiceError service_error_of(const TokenError& error, const std::string& environment,
                              const std::string& pointer);

}  // namespace keyward::service
