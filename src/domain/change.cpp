#include "domain/change.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace keyward {
namespace {

struct Words {
    std::string_view all;
    std::string_view some;
};

Words words_of(Undertaking undertaking) {
    switch (undertaking) {
        case Undertaking::deployment:
            return {"Deployment completed successfully", "Deployment failed in "};
        case Undertaking::trial_deployment:
            return {"Deployment would complete successfully", "Deployment would fail in "};
        case Undertaking::undeployment:
            return {"Undeployment completed successfully", "Undeployment failed in "};
    }
    return {};
}

}  // namespace

DeploymentReport report_on(Undertaking undertaking, std::vector<EnvironmentResult> results) {
    const auto failed = std::ranges::count(results, false, &EnvironmentResult::success);
    const Words words = words_of(undertaking);
    DeploymentReport report;
    report.success = failed == 0;
    report.message = report.success ? std::string(words.all)
                                    : std::string(words.some) + std::to_string(failed) + " of " +
                                          std::to_string(results.size()) + " environments";
    report.environments = std::move(results);
    return report;
}

std::string results_text(const DeploymentReport& report) {
    return joined(report.environments, "; ",
                  [](const EnvironmentResult& result) { return result.environment + ": " + result.message; });
}

}  // namespace keyward
