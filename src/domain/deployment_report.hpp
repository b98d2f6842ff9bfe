#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "domain/failure_code.hpp"

namespace keyward {

/// What a client had better know of something that was done all the same.
struct Warning {
    std::string code;  ///< for programs, as `two_purposes`
    std::string message;
};

/// What came of one environment.
struct EnvironmentResult {
    std::string environment;
    bool success = false;
    std::string message = {};
    std::string key_check_value = {};
    std::string public_key_sha256 = {};
    std::optional<FailureCode> code = {};  ///< of one that failed
    std::vector<Warning> warnings = {};
};

/// The contract's `deploymentResult`.
struct DeploymentReport {
    bool success = false;
    std::string message = {};
    std::vector<EnvironmentResult> environments;  ///< in the request's order
};

/// What was tried, for the sentence over the results.
enum class Undertaking { deployment, trial_deployment, undeployment };

/// Sums up the results of a request.
DeploymentReport report_on(Undertaking undertaking, std::vector<EnvironmentResult> results);

/// `production: Deployed successfully; staging: …`: for the audit trail and the log.
std::string results_text(const DeploymentReport& report);

}  // namespace keyward
