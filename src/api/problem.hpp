#pragma once

#include <chrono>
#include <exception>
#include <string>
#include <string_view>

#include "domain/errors.hpp"
#include "http/message.hpp"

namespace keyward::api {

/// The contract's error body, in its one place. `retry_after` counts for 429 and 503 alone.
http::Response problem(int status, std::string_view code, const std::string& description,
                       const std::string& request_id, const std::vector<FieldError>& details = {},
                       std::chrono::seconds retry_after = std::chrono::seconds(1));

/// What the client is told of an exception. Only errors that are meant for clients show their text; the rest
/// are logged and become an `internal_error` with the request id.
http::Response problem_of(const std::exception_ptr& error, const std::string& request_id);

/// The answer to a request that failed framing, before any route was looked for.
http::Response framing_problem(int status, std::string_view what_was_wrong, const std::string& request_id);

/// What every answer has: the request's id, and that nobody keeps it.
http::Response with_standing_headers(http::Response response, const std::string& request_id);

}  // namespace keyward::api
