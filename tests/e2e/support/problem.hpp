#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/support/http_client.hpp"

namespace keyward::e2e {

/// Expects the contract's error answer: this status and code, exactly its members, and the header fields of
/// every answer.
void expect_problem(const Answer& answer, int status, std::string_view error);

/// The same, with exactly this error_description.
void expect_problem(const Answer& answer, int status, std::string_view error, std::string_view description);

/// The same for `validation_failed`, with exactly these pointers in any order.
void expect_wrong_fields(const Answer& answer, const std::vector<std::string>& pointers);

/// The messages of an error by pointer.
std::map<std::string, std::string> details_of(const Answer& answer);

/// Expects the common fields of every answer: a request id, `Cache-Control: no-store`, JSON.
void expect_common_fields(const Answer& answer);

}  // namespace keyward::e2e
