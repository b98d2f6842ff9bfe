#include "service/key_change.hpp"

#include <algorithm>

#include "service/key_text.hpp"

namespace keyward::service {

Environment& writable_environment(const Workplace& workplace, const Caller& caller, const Project& project,
                                  const std::string& name) {
    Environment* environment = workplace.environments.find(name);
    const bool in_project = std::ranges::find(project.environments, name) != project.environments.end();
    const bool granted = caller.holds(Permission::manage, project, name) &&
                         caller.holds(Permission::deploy_undeploy, project, name);
    if (environment == nullptr || !in_project || !granted) throw environment_not_found(name);
    return *environment;
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
    // Those who settled the intents may have ended their tombstones before the objects were made.
    for (const Tombstone& tombstone : imports.tombstones())
        if (workplace.catalogue.fate_of(tombstone.object_id) == ObjectFate::unknown)
            workplace.catalogue.condemn(tombstone, audit);
    imports.undo();
    // Its intents still stand when the commit failed because another attempt of the request took its place.
    workplace.catalogue.abandon_change(key_id, imports.settlement(), audit);
    return {ErrorKind::hsm_unavailable,
            "The import into " + imports.environment_names() +
                " took longer than its lease and was taken back; nothing was kept, try again"};
}

}  // namespace keyward::service
