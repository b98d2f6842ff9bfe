#pragma once

#include <string>

#include "domain/errors.hpp"
#include "domain/token.hpp"

namespace keyward::service {

/// What a client is told of a call to an environment's token that failed. `pointer` is of the operation that
/// a refusal is about.
ServiceError service_error_of(const TokenError& error, const std::string& environment,
                              const std::string& pointer);

}  // namespace keyward::service
