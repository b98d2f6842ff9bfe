#pragma once

#include <string>

#include "tests/e2e/support/http_client.hpp"

namespace keyward::e2e {

/// The status of /health/ready: `ready`, `degraded` or `down`.
inline std::string readiness(HttpClient& client, const std::string& token = {}) {
    return client.send({.path = "/health/ready", .token = token}).json().value("status", "");
}

}  // namespace keyward::e2e
