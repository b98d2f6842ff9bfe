#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/failure_code.hpp"

namespace keyward {

/// Something the client should know about a request that succeeded.
struct Warning {
    std::string code;  ///< for programs, such as `two_purposes`
    std::string message;
};

/// The result in one environment.
struct EnvironmentResult {
    std::string environment;
    bool success = false;
    std::string message = {};
    std::string key_check_value = {};
    std::string public_key_sha256 = {};
    std::optional<FailureCode> code = {};  ///< set when it failed
    std::vector<Warning> warnings = {};
};

/// `deploymentResult` of the API contract.
struct DeploymentReport {
    bool success = false;
    std::string message = {};
    std::vector<EnvironmentResult> environments;  ///< in the request's order
};

/// What was attempted; selects the summary sentence of the report.
enum class Undertaking { deployment, trial_deployment, undeployment };

/// Sums up the results of a request.
DeploymentReport report_on(Undertaking undertaking, std::vector<EnvironmentResult> results);

/// `production: Deployed successfully; staging: …`; for the audit trail and the log.
std::string results_text(const DeploymentReport& report);

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
