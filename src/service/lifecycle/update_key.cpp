#include <algorithm>

#include "base/client_text.hpp"
#include "base/log.hpp"
#include "domain/key_text.hpp"
#include "service/lifecycle/key_change.hpp"
#include "service/lifecycle/lifecycle.hpp"
#include "service/lifecycle/update_request.hpp"
#include "service/runtime/object_destruction.hpp"

namespace keyward::service {
namespace {

/// The result for an environment that was sent without anything new.
EnvironmentResult left_alone(const Deployment& deployment) {
    EnvironmentResult result{.environment = deployment.environment,
                             .key_check_value = deployment.key_check_value,
                             .public_key_sha256 = deployment.public_key_sha256};
    switch (deployment.state) {
        case DeploymentState::deployed:
            result.success = true;
            result.message = "Left as it is";
            break;
        case DeploymentState::failed:
            result.message = "Not deployed, and nothing new was sent. " + deployment.failure;
            result.code = FailureCode::not_found;
            break;
        case DeploymentState::deleting:
            result.message = "Being undeployed, and nothing new was sent";
            result.code = FailureCode::hsm_unavailable;
            break;
    }
    return result;
}

/// Whether the request changes stored properties of the key as a whole.
bool asks_for_shared_change(const UpdateKeyRequest& request, const Key& key) {
    const auto as_set = [](const MechanismList& names) {
        return std::set<std::string>(names.begin(), names.end());
    };
    return request.description.value_or(key.description) != key.description ||
           request.type.value_or(key.type) != key.type ||
           request.algorithm.value_or(key.algorithm) != key.algorithm ||
           as_set(request.mechanisms.value_or(key.mechanisms)) != as_set(key.mechanisms);
}

/// Whether a property changes that the key shares in all its environments.
bool changes_shared(const Key& from, const Key& to) {
    return to.description != from.description || to.type != from.type || to.algorithm != from.algorithm ||
           to.mechanisms != from.mechanisms;
}

Key updated_key(const ServiceContext& service_context, const Key& old, const UpdateKeyRequest& request,
                const PreparedUpdate& update) {
    Key key = old;
    if (request.description) key.description = *request.description;
    key.type = *update.fresh.type;
    key.algorithm = update.prepared.algorithm;
    key.mechanisms = update.prepared.mechanisms;
    key.updated_at = service_context.clock();
    return key;
}

void add_imports(KeyChange& change, const PreparedUpdate& update) {
    for (const PlannedEntry& entry : update.entries) {
        if (entry.fresh)
            change.add_import(update.fresh.environments[*entry.fresh], update.prepared.entries[*entry.fresh]);
        else if (entry.present == nullptr || !change.caller.sees(change.project, entry.environment))
            throw environment_not_found(entry.environment);
    }
}

Begin try_to_begin_update(KeyChange& change) {
    try {
        return change.service_context.catalogue.keys.begin_update(change.key.id, change.key.revision,
                                                                  change.imports.intents(change.key.id),
                                                                  change.audit("key.update", "started"));
    } catch (const CatalogueError& error) {
        change.remember_nothing_made(error);
        throw;
    }
}

void begin_update(KeyChange& change) {
    Begin begun = try_to_begin_update(change);
    if (begun == Begin::conflict) {
        // The conflict may be with a change of this process that is unfinished because the catalogue
        // failed.
        change.service_context.unfinished->resolve(change.service_context.catalogue, change.project.id,
                                                   change.key.name, change.service_context.lease_end());
        begun = try_to_begin_update(change);
    }
    switch (begun) {
        case Begin::begun:
            return;
        case Begin::conflict:
            throw key_changed_meanwhile(change.key.name);
        case Begin::gone:
            throw key_not_found(change.key.name);
    }
}

void run_imports(KeyChange& change, bool dry_run, bool all_or_nothing) {
    if (!dry_run) begin_update(change);
    change.imports.run();
    if (!change.imports.all_failed() && !(change.imports.any_failed() && all_or_nothing)) return;
    if (!dry_run) change.take_back();
    throw change.imports.failure();
}

DeploymentReport update_report(const ImportBatch& imports, const PreparedUpdate& update, bool dry_run) {
    std::vector<EnvironmentResult> results;
    for (const PlannedEntry& entry : update.entries)
        results.push_back(entry.fresh ? imports.result(*entry.fresh) : left_alone(*entry.present));
    return report_on(dry_run ? Undertaking::trial_deployment : Undertaking::deployment, std::move(results));
}

std::set<ObjectId> objects_to_replace(const PreparedUpdate& update) {
    std::set<ObjectId> ids;
    for (const PlannedEntry& entry : update.entries)
        if (entry.fresh && entry.present != nullptr && entry.present->object_id)
            ids.insert(*entry.present->object_id);
    return ids;
}

/// Puts the new deployments into the key and returns their environments. A failed one leaves an old key
/// unchanged.
std::set<std::string> replace_deployments(KeyChange& change, const PreparedUpdate& update) {
    std::set<std::string> changed;
    for (const PlannedEntry& entry : update.entries) {
        if (!entry.fresh) continue;
        const bool has_old_key = entry.present != nullptr && entry.present->object_id;
        if (!change.imports[*entry.fresh].succeeded() && has_old_key) continue;
        Deployment made =
            change.imports.deployment(*entry.fresh, update.fresh.environments[*entry.fresh].alias);
        auto& deployments = change.key.deployments;
        const auto place = std::ranges::find(deployments, entry.environment, &Deployment::environment);
        if (place == deployments.end())
            deployments.push_back(std::move(made));
        else
            *place = std::move(made);
        changed.insert(entry.environment);
    }
    return changed;
}

/// Returns the old objects to destroy now.
std::vector<Tombstone> commit_update(KeyChange& change, const PreparedUpdate& update,
                                     const DeploymentReport& report) {
    const std::set<std::string> changed = replace_deployments(change, update);
    try {
        auto retired = change.service_context.catalogue.keys.commit_update(
            change.key, changed, change.resolution(report),
            change.audit("key.update.commit", results_text(report)));
        if (retired) return *std::move(retired);
    } catch (const CatalogueError& error) {
        log::error("key.commit_failed", {{"key", change.key.id}, {"reason", error.what()}});
        if (change.imports.empty() || !change.was_committed_all_the_same(&error)) throw;
        return {};  // their tombstones are written, and recovery finds them
    }
    if (change.imports.empty()) throw key_changed_meanwhile(change.key.name);
    if (!change.was_committed_all_the_same(nullptr)) throw change.lease_ran_out();
    return {};
}

/// From the intents until the old objects are destroyed.
DeploymentReport run_update(ServiceContext& service_context, const Caller& caller, const Project& project,
                            const Key& old, const UpdateKeyRequest& request, const PreparedUpdate& update) {
    KeyChange change{
        .service_context = service_context,
        .caller = caller,
        .project = project,
        .origin = request.origin,
        .key = updated_key(service_context, old, request, update),
        .undone_action = "key.update.undone",
        .imports = ImportBatch(service_context, caller.user_id,
                               request.dry_run ? ObjectLifetime::session : ObjectLifetime::token)};
    const bool shared = changes_shared(old, change.key);
    if (shared) require_in_every_environment(caller, project, old);
    add_imports(change, update);
    if (!change.imports.empty())
        run_imports(change, request.dry_run, request.roll_back_on_failure || update.all_or_nothing);
    DeploymentReport report = update_report(change.imports, update, request.dry_run);
    if (request.dry_run || (change.imports.empty() && !shared)) return report;
    const InFlight::Hold old_objects(service_context.in_flight, objects_to_replace(update));
    destroy_tombstoned(service_context, commit_update(change, update, report),
                       change.audit("key.update.destroy", {}));
    log::info("key.updated", {{"request", request.origin.request_id},
                              {"user", caller.user_name},
                              {"client", request.origin.client_address},
                              {"project", project.name},
                              {"key", shown_name(old.name)},
                              {"result", results_text(report)}});
    return report;
}

}  // namespace

DeploymentReport UpdateKey::run(const Caller& caller, const Project& project, UpdateKeyRequest request,
                                std::vector<FieldError> mistakes) {
    const auto key = service_context_.catalogue.keys.find_key(project.id, request.key_name);
    if (!key || key->state == KeyState::creating) throw key_not_found(request.key_name);
    // Before its fields are checked: a 403 comes before a 400.
    if (asks_for_shared_change(request, *key)) require_in_every_environment(caller, project, *key);
    const auto closed = first_closed_environment(service_context_, caller, project, request.environments);
    const PreparedUpdate update =
        prepare_update(request, *key, caller, project, service_context_.policy, std::move(mistakes),
                       closed ? Contents::left_alone : Contents::decoded);
    if (closed) throw environment_not_found(*closed);
    if (key->state == KeyState::deleting)
        throw ServiceError(ErrorKind::conflict, "Key (name: " + key->name + ") is being deleted");
    return run_update(service_context_, caller, project, *key, request, update);
}

}  // namespace keyward::service
