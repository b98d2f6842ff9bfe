#pragma once

#include <string>

#include "tests/crash/support/record.hpp"
#include "tests/e2e/support/http_client.hpp"

namespace keyward::e2e {

/// The request for the change `key.sent`.
Request request_of(const KeyRecord& key, const std::string& token);

/// What is wrong with the answer 200 to that change; empty when it is complete.
std::string mistake_in(const KeyRecord& key, const Answer& answer);

}  // namespace keyward::e2e
