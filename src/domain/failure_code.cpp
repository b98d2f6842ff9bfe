#include "domain/failure_code.hpp"

#include "domain/token.hpp"

namespace keyward {
namespace {

FailureCode code_of(TokenFault fault) {
    switch (fault) {
        case TokenFault::refused:
            return FailureCode::refused_by_token;
        case TokenFault::wrong_value:
            return FailureCode::check_value_mismatch;
        case TokenFault::mismatch:
            return FailureCode::unproved;
        case TokenFault::full:
            return FailureCode::token_full;
        case TokenFault::failed:
        case TokenFault::unreachable:
        case TokenFault::pin:
        case TokenFault::busy:
            return FailureCode::hsm_unavailable;
        case TokenFault::missing:
            return FailureCode::not_found;
    }
    return FailureCode::internal_error;
}

}  // namespace

std::string_view to_string(FailureCode code) {
    switch (code) {
        case FailureCode::refused_by_token:
            return "refused_by_token";
        case FailureCode::token_full:
            return "token_full";
        case FailureCode::hsm_unavailable:
            return "hsm_unavailable";
        case FailureCode::timeout:
            return "timeout";
        case FailureCode::check_value_mismatch:
            return "check_value_mismatch";
        case FailureCode::unproved:
            return "unproved";
        case FailureCode::not_found:
            return "not_found";
        case FailureCode::internal_error:
            return "internal_error";
    }
    return "internal_error";
}

FailureCode failure_code_of(const std::exception& error) {
    if (dynamic_cast<const CallTimedOut*>(&error) != nullptr) return FailureCode::timeout;
    const auto* const failed = dynamic_cast<const TokenError*>(&error);
    return failed == nullptr ? FailureCode::internal_error : code_of(failed->fault());
}

}  // namespace keyward
