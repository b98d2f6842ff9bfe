#pragma once

#include <cstdint>
#include <exception>
#include <string_view>

namespace keyward {

/// Why one environment of a request failed, for programs: the contract's `code` in `environmentResults`.
enum class FailureCode : std::uint8_t {
    refused_by_token,      ///< the token answers and does not take this key
    token_full,            ///< it has no room
    hsm_unavailable,       ///< it can't be reached, logged in to, or has no session to spare
    timeout,               ///< it did not answer in time
    check_value_mismatch,  ///< it reports another key check value or public key than the expected one
    unproved,              ///< an attribute or a trial shows something else than was asked
    not_found,             ///< the environment, or the key in it, is not there
    internal_error,        ///< the service failed, not the token
};

/// As answers have it.
std::string_view to_string(FailureCode code);

/// The code of what a call to a token has thrown.
FailureCode failure_code_of(const std::exception& error);

}  // namespace keyward
