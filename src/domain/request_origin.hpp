#pragma once

#include <functional>
#include <optional>
#include <string>

#include "domain/deployment_report.hpp"

namespace keyward {

/// The Idempotency-Key of a request, and the function that writes the answer to store for its repeats.
struct IdempotencyKey {
    std::string user_id;
    std::string key;
    std::function<std::string(const DeploymentReport&)> answer;
};

/// The source of a change: for the log, the audit trail and repeats.
struct Origin {
    std::string request_id;
    std::string client_address;
    std::optional<IdempotencyKey> repeat;
};

}  // namespace keyward
