#include "service/key_change.hpp"

#include <algorithm>
#include <array>

#include "service/key_text.hpp"

namespace keyward::service {
namespace {

constexpr std::array both_permissions{Permission::manage, Permission::deploy_undeploy};

bool may_change_in(const Caller& caller, const Project& project, const std::string& environment) {
    return std::ranges::all_of(both_permissions, [&](Permission permission) {
        return caller.holds(permission, project, environment);
    });
}

bool is_in(const Project& project, const std::string& environment) {
    return std::ranges::find(project.environments, environment) != project.environments.end();
}

/// Null when there is none of that name for the caller to put keys into.
Environment* open_environment(const Workplace& workplace, const Caller& caller, const Project& project,
                              const std::string& name) {
    if (!is_in(project, name) || !may_change_in(caller, project, name)) return nullptr;
    return workplace.environments.find(name);
}

}  // namespace

Environment& writable_environment(const Workplace& workplace, const Caller& caller, const Project& project,
                                  const std::string& name) {
    Environment* environment = open_environment(workplace, caller, project, name);
    if (environment == nullptr) throw environment_not_found(name);
    return *environment;
}

std::optional<std::string> first_closed_environment(const Workplace& workplace, const Caller& caller,
                                                    const Project& project,
                                                    const std::vector<EnvironmentEntry>& entries) {
    for (const EnvironmentEntry& entry : entries) {
        if (entry.environment.empty()) continue;
        const bool open = entry.content || entry.private_key
                              ? open_environment(workplace, caller, project, entry.environment) != nullptr
                              : is_in(project, entry.environment) && caller.sees(project, entry.environment);
        if (!open) return entry.environment;
    }
    return std::nullopt;
}

void require_in_every_environment(const Caller& caller, const Project& project, const Key& key) {
    for (const Deployment& deployment : key.deployments)
        for (const Permission permission : both_permissions)
            if (!caller.holds(permission, project, deployment.environment))
                throw ServiceError(ErrorKind::forbidden,
                                   "The permission " + std::string(to_string(permission)) +
                                       " is required in every environment where the key is deployed");
    if (!key.deployments.empty()) return;
    const bool in_one = std::ranges::any_of(
        project.environments, [&](const std::string& name) { return may_change_in(caller, project, name); });
    if (!in_one)
        throw ServiceError(ErrorKind::forbidden,
                           "The permissions " + std::string(to_string(Permission::manage)) + " and " +
                               std::string(to_string(Permission::deploy_undeploy)) +
                               " are required together in one environment of the project");
}

Settlement with_answer(const Workplace& workplace, Settlement settlement, const Origin& origin,
                       const DeploymentReport& report) {
    if (origin.repeat)
        settlement.answer = KeptAnswer{origin.repeat->user_id, origin.repeat->key, workplace.owner,
                                       origin.repeat->answer(report), workplace.clock()};
    return settlement;
}

bool was_committed_all_the_same(Workplace& workplace, ImportBatch& imports, const std::string& key_id,
                                const AuditRecord& audit) {
    Settlement settlement = imports.settlement();
    settlement.clean.clear();
    if (!workplace.catalogue.abandon_change(key_id, settlement, audit)) {
        const auto there = workplace.catalogue.objects_of(key_id);
        const auto ours = imports.ids();
        return std::ranges::includes(there, ours);
    }
    imports.undo();
    return false;
}

ServiceError lease_ran_out(Workplace& workplace, ImportBatch& imports, const std::string& key_id,
                           const AuditRecord& audit) {
    imports.undo();
    // Its intents still stand when the commit failed because another attempt of the request took its place.
    workplace.catalogue.abandon_change(key_id, imports.settlement(), audit);
    return {ErrorKind::hsm_unavailable,
            "The import into " + imports.environment_names() +
                " took longer than its lease and was taken back; nothing was kept, try again"};
}

}  // namespace keyward::service
