#pragma once

#include <cstdint>
#include <exception>
#include <string_view>

namespace keyward {

/// Why a request failed in one environment, for programs: `code` in `environmentResults` of the API contract.
enum class FailureCode : std::uint8_t {
    refused_by_token,      ///< the token answers and does not accept this key
    token_full,            ///< the token has no room
    hsm_unavailable,       ///< the token cannot be reached or logged in to, or has no free session
    timeout,               ///< the token did not answer in time
    check_value_mismatch,  ///< the token reports another key check value or public key than expected
    unproved,              ///< an attribute or a trial shows something else than was requested
    not_found,             ///< the environment, or the key in it, does not exist
    internal_error,        ///< the service failed, not the token
};

/// The spelling in answers.
std::string_view to_string(FailureCode code);

/// The code for an exception that a call to a token has thrown.
FailureCode failure_code_of(const std::exception& error);

}  // namespace keyward
