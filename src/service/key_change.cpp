#include "service/key_change.hpp"

#include <algorithm>

#include "core/log.hpp"
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

UnfinishedChange unfinished_change(const Key& key, const ImportBatch& imports, AuditRecord audit) {
    return {.key_id = key.id,
            .project_id = key.project_id,
            .key_name = key.name,
            .settlement = imports.settlement(),
            .audit = std::move(audit)};
}

bool was_committed_all_the_same(Workplace& workplace, ImportBatch& imports, UnfinishedChange change,
                                const CatalogueError* failure) {
    if (const auto* unknown = dynamic_cast<const CatalogueOutcomeUnknown*>(failure)) {
        change.change_id = unknown->change_id();
        workplace.unfinished->add(std::move(change));
        throw CatalogueOutcomeUnknown(*unknown);
    }
    if (failure != nullptr) change.settlement.clean.clear();
    try {
        if (!workplace.catalogue.abandon_change(change.key_id, change.settlement, change.audit))
            return std::ranges::includes(workplace.catalogue.objects_of(change.key_id), imports.ids());
    } catch (const CatalogueError& error) {
        change.change_id = change_id_of(error);
        workplace.unfinished->add(std::move(change));
        throw;
    }
    imports.undo();
    return false;
}

void remember_nothing_made(Workplace& workplace, UnfinishedChange change, const CatalogueError& failure) {
    change.change_id = change_id_of(failure);
    if (change.change_id.empty()) return;
    change.settlement.clean = change.settlement.intents;
    workplace.unfinished->add(std::move(change));
}

void abandon_or_remember(Workplace& workplace, UnfinishedChange change) {
    try {
        workplace.catalogue.abandon_change(change.key_id, change.settlement, change.audit);
    } catch (const CatalogueError& error) {
        log::error("change.not_taken_back", {{"key", change.key_id}, {"reason", error.what()}});
        workplace.unfinished->add(std::move(change));
    }
}

ServiceError lease_ran_out(const ImportBatch& imports) {
    return {ErrorKind::hsm_unavailable,
            "The import into " + imports.environment_names() +
                " took longer than its lease and was taken back; nothing was kept, try again"};
}

}  // namespace keyward::service
