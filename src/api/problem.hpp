#pragma once

#include <chrono>
#include <exception>
#include <string>
#include <string_view>

#include "domain/errors.hpp"
#include "http/message.hpp"

namespace keyward::api {

/// The value of Retry-After for an error that names no time.
inline constexpr std::chrono::seconds usual_retry_after{1};

/// The contract's error body, built only here. `retry_after` is used for the kinds whose row says so.
http::Response problem(ErrorKind kind, const std::string& description, const std::string& request_id,
                       const std::vector<FieldError>& details = {},
                       std::chrono::seconds retry_after = usual_retry_after);

/// Translates an exception for the client. Only errors meant for clients show their text; all others are
/// logged and become an `internal_error` with the request id.
http::Response problem_of(const std::exception_ptr& error, const std::string& request_id);

/// The answer to a request that failed framing, before a route was looked up.
http::Response framing_problem(int status, std::string_view what_was_wrong, const std::string& request_id);

/// Adds the headers of every answer: the request's id, and that it must not be cached.
http::Response with_standing_headers(http::Response response, const std::string& request_id);

}  // namespace keyward::api
