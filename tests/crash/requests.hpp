#pragma once

#include <string>

#include "tests/crash/support/record.hpp"
#include "tests/e2e/support/http_client.hpp"

namespace keyward::e2e {

/// The request that makes the change of `key.sent`.
Request request_of(const KeyRecord& key, const std::string& token);

/// What is wrong with the 200 of that change; empty when it says all that it should.
std::string mistake_in(const KeyRecord& key, const Answer& answer);

}  // namespace keyward::e2e
