#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/support/http_client.hpp"

namespace keyward::e2e {

/// Expects the error answer of the contract: this status and code, all its members and no other, and the
/// header fields that every answer has.
void expect_problem(const Answer& answer, int status, std::string_view error);

/// The same, and exactly this text for people.
void expect_problem(const Answer& answer, int status, std::string_view error, std::string_view description);

/// The same for `validation_failed`, and exactly these pointers, in any order.
void expect_wrong_fields(const Answer& answer, const std::vector<std::string>& pointers);

/// The details of an error: message by pointer.
std::map<std::string, std::string> details_of(const Answer& answer);

/// Expects what every answer has: a request id, `Cache-Control: no-store`, JSON.
void expect_common_fields(const Answer& answer);

}  // namespace keyward::e2e
