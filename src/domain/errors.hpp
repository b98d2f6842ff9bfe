#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace keyward {

/// A wrong field of a request: where (RFC 6901 JSON pointer; `?name` for a query parameter) and what is wrong
/// with it, in words for the client.
struct FieldError {
    std::string pointer;
    std::string message;
};

/// What the client may be told. `src/api/error_table` has one row for each, in this order: status, `error`
/// code and what to do.
enum class ErrorKind {
    bad_request,
    validation_failed,
    invalid_request,  ///< this and the next two are OAuth's (RFC 6749 section 5.2), for the token call
    unsupported_grant_type,
    unauthorized_client,
    invalid_token,
    token_expired,
    forbidden,
    not_found,
    method_not_allowed,
    conflict,
    payload_too_large,
    unsupported_media_type,
    too_many_requests,
    hsm_unavailable,
    overloaded,
    internal_error,  ///< stays the last, because `error_kinds` counts up to it
};

inline constexpr std::size_t error_kinds = static_cast<std::size_t>(ErrorKind::internal_error) + 1;

/// An error that is meant for the client: `what()` becomes `error_description`. Every other exception becomes
/// an `internal_error` that contains nothing but the request id.
class ServiceError : public std::runtime_error {
  public:
    ServiceError(ErrorKind kind, const std::string& description)
        : std::runtime_error(description), kind_(kind) {}
    /// For `too_many_requests`, `hsm_unavailable` and `overloaded`, with the time after which the client may
    /// retry.
    ServiceError(ErrorKind kind, const std::string& description, std::chrono::seconds retry_after)
        : std::runtime_error(description), kind_(kind), retry_after_(retry_after) {}
    /// `validation_failed`, with every wrong field at once; the description is built from them.
    explicit ServiceError(std::vector<FieldError> details);

    [[nodiscard]] ErrorKind kind() const { return kind_; }
    [[nodiscard]] const std::vector<FieldError>& details() const { return details_; }
    /// The value of Retry-After; nothing for the default of one second.
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

  private:
    ErrorKind kind_;
    std::vector<FieldError> details_;
    std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace keyward
