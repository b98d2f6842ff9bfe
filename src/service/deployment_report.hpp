#pragma once

#include <string>
#include <vector>

#include "service/errors.hpp"
#include "service/import.hpp"
#include "service/key_request.hpp"

namespace keyward::service {

/// What came of one environment.
struct EnvironmentResult {
    std::string environment;
    bool success = false;
    std::string message;
    std::string key_check_value;
    std::string public_key_sha256;
};

/// The contract's `deploymentResult`.
struct DeploymentReport {
    bool success = false;
    std::string message;
    std::vector<EnvironmentResult> environments;  ///< in the request's order
};

/// What the answer says of imports that have finished and were committed.
DeploymentReport report_of(const std::vector<Import>& imports);

/// What the answer says when nothing was kept. A refusal is the client's to mend, so it is
/// `validation_failed` only if every failure was one.
ServiceError failure_of(const std::vector<Import>& imports, const CreateKeyRequest& request);

/// `production deployed, staging not deployed`: for the audit trail and the log.
std::string results_text(const std::vector<Import>& imports);

}  // namespace keyward::service
