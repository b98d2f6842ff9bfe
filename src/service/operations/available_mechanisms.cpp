#include "service/operations/available_mechanisms.hpp"

#include <algorithm>

#include "domain/key_text.hpp"
#include "service/runtime/token_capabilities.hpp"

namespace keyward::service {
namespace {

bool reaches(const ServiceContext& service_context, const Caller& caller, const std::string& environment) {
    if (caller.holds_everywhere(Permission::admin)) return true;
    return std::ranges::any_of(
        service_context.catalogue.projects.all_projects(), [&](const Project& project) {
            return std::ranges::find(project.environments, environment) != project.environments.end() &&
                   caller.sees(project, environment);
        });
}

}  // namespace

std::vector<AvailableMechanism> available_mechanisms(const ServiceContext& service_context,
                                                     const Caller& caller, const std::string& environment) {
    Environment* const found = service_context.environments.find(environment);
    if (found == nullptr || !reaches(service_context, caller, environment))
        throw environment_not_found(environment);
    const TokenCapabilities offer = capabilities_of(*found, {});
    std::vector<AvailableMechanism> offered;
    for (const Mechanism& row : mechanism_table()) {
        const bool takes_hash = takes(row, Parameter::hash);
        if (!offer.mechanisms.contains(std::string(row.name)) ||
            (row.legacy && !service_context.policy.legacy_mechanisms) ||
            (takes_hash && offer.oaep_hashes.empty()))
            continue;
        offered.push_back({&row, takes_hash ? offer.oaep_hashes : std::set<Digest>{}});
    }
    return offered;
}

}  // namespace keyward::service
