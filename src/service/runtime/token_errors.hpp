#pragma once

#include <string>

#include "domain/errors.hpp"
#include "domain/token.hpp"

namespace keyward::service {

/// The client's error for a failed call to an environment's token. `pointer` names the operation that a
/// refusal concerns.
inline ServiceError service_error_of(const TokenError& error, const std::string& environment,
                                     const std::string& pointer) {
    const std::string text = environment + ": " + error.what();
    switch (error.fault()) {
        case TokenFault::refused:
            return ServiceError({{pointer + "/mechanism", "is refused in environment " + text}});
        case TokenFault::busy:
            return {ErrorKind::overloaded, text};
        case TokenFault::missing:
            return {ErrorKind::hsm_unavailable,
                    text +
                        ", although it was deployed there; an operator can find out more with: keyward "
                        "reconcile --dry-run"};
        case TokenFault::mismatch:
        case TokenFault::wrong_value:
        case TokenFault::failed:
        case TokenFault::unreachable:
        case TokenFault::full:
        case TokenFault::pin:
            return {ErrorKind::hsm_unavailable, text};
    }
    return {ErrorKind::hsm_unavailable, text};
}

}  // namespace keyward::service
