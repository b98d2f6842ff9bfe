#include "service/operations/available_mechanisms.hpp"

#include <algorithm>

#include "domain/key_text.hpp"
#include "service/runtime/token_capabilities.hpp"

namespace keyward::service {
namespace {

bool reaches(const Workplace& workplace, const Caller& caller, const std::string& environment) {
    if (caller.holds_everywhere(Permission::admin)) return true;
    return std::ranges::any_of(workplace.catalogue.projects(), [&](const Project& project) {
        return std::ranges::find(project.environments, environment) != project.environments.end() &&
               caller.sees(project, environment);
    });
}

}  // namespace

std::vector<OfferedMechanism> offered_mechanisms(const Workplace& workplace, const Caller& caller,
                                                 const std::string& environment) {
    Environment* const found = workplace.environments.find(environment);
    if (found == nullptr || !reaches(workplace, caller, environment))
        throw environment_not_found(environment);
    const TokenOffer offer = offer_of(*found, {});
    std::vector<OfferedMechanism> offered;
    for (const Mechanism& row : mechanism_table()) {
        const bool takes_hash = takes(row, Parameter::hash);
        if (!offer.mechanisms.contains(std::string(row.name)) ||
            (row.legacy && !workplace.policy.legacy_mechanisms) || (takes_hash && offer.oaep_hashes.empty()))
            continue;
        offered.push_back({&row, takes_hash ? offer.oaep_hashes : std::set<keys::Digest>{}});
    }
    return offered;
}

}  // namespace keyward::service
