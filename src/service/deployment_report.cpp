#include "service/deployment_report.hpp"

#include <algorithm>

namespace keyward::service {

DeploymentReport report_of(const std::vector<Import>& imports) {
    DeploymentReport report;
    for (const Import& import : imports) {
        if (import.succeeded())
            report.environments.push_back({import.environment(), true, "Deployed successfully",
                                           import.receipt().key_check_value,
                                           import.receipt().public_key_sha256});
        else
            report.environments.push_back({import.environment(), false, import.failure().what(), {}, {}});
    }
    const auto failed = std::ranges::count(report.environments, false, &EnvironmentResult::success);
    report.success = failed == 0;
    report.message = report.success ? "Deployment completed successfully"
                                    : "Deployment failed in " + std::to_string(failed) + " of " +
                                          std::to_string(imports.size()) + " environments";
    return report;
}

ServiceError failure_of(const std::vector<Import>& imports, const CreateKeyRequest& request) {
    std::vector<FieldError> details;
    bool all_refused = true;
    bool all_busy = true;
    std::string text = "Nothing was deployed. ";
    for (std::size_t i = 0; i < imports.size(); ++i) {
        if (!imports[i].failed()) continue;
        const TokenError& failure = imports[i].failure();
        all_refused = all_refused &&
                      (failure.fault() == TokenFault::refused || failure.fault() == TokenFault::mismatch);
        all_busy = all_busy && failure.fault() == TokenFault::busy;
        text += (details.empty() ? "" : "; ") + imports[i].environment() + ": " + failure.what();
        details.push_back({request.environments[i].pointer, failure.what()});
    }
    if (all_refused) return ServiceError(std::move(details));
    return {all_busy ? ErrorKind::overloaded : ErrorKind::hsm_unavailable, text};
}

std::string results_text(const std::vector<Import>& imports) {
    std::string text;
    for (const Import& import : imports)
        text += (text.empty() ? "" : ", ") + import.environment() +
                (import.succeeded() ? " deployed" : " not deployed");
    return text;
}

}  // namespace keyward::service
