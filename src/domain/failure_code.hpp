#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
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
    internal_error,        ///< the service failed, not the token; stays the last, because `failure_codes`
                           ///< counts up to it
};

inline constexpr std::size_t failure_codes = static_cast<std::size_t>(FailureCode::internal_error) + 1;

/// What people are told about a code: docs/errors.md is made from it. The texts are Markdown.
struct FailureCodeRow {
    FailureCode code;
    std::string_view name;       ///< the spelling in answers
    std::string_view cause;      ///< when it happens
    std::string_view client;     ///< what the caller does
    std::string_view operators;  ///< what the operator does
    std::string_view repeat;     ///< whether the same request helps
};

/// One row for each code, in the order of the enumeration.
std::span<const FailureCodeRow> failure_code_table();

/// The spelling in answers.
std::string_view to_string(FailureCode code);

/// The code for an exception that a call to a token has thrown.
FailureCode failure_code_of(const std::exception& error);

}  // namespace keyward
