#pragma once

#include <functional>
#include <optional>
#include <string>

#include "domain/deployment_report.hpp"

namespace keyward {

/// The Idempotency-Key that a request came with, and how the answer to be kept for its repeats is written.
struct IdempotencyKey {
    std::string user_id;
    std::string key;
    std::function<std::string(const DeploymentReport&)> answer;
};

/// Where a change comes from: for the log, the audit trail and repeats.
struct Origin {
    std::string request_id;
    std::string client_address;
    std::optional<IdempotencyKey> repeat;
};

}  // namespace keyward
