#include "service/lifecycle/key_change.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "base/text.hpp"
#include "domain/key_text.hpp"

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

/// Null when the caller may put no keys into an environment of that name, or it does not exist.
Environment* open_environment(const ServiceContext& service_context, const Caller& caller,
                              const Project& project, const std::string& name) {
    if (!is_in(project, name) || !may_change_in(caller, project, name)) return nullptr;
    return service_context.environments.find(name);
}

/// Whether the key's deployments name the new objects.
bool names_objects(KeyStore& keys, const std::string& key_id, const ImportBatch& imports) {
    return std::ranges::includes(keys.objects_of(key_id), imports.ids());
}

/// The process that resolved the intents may have ended their tombstones before the objects were made.
void condemn_objects(ChangeLog& changes, const ImportBatch& imports, const AuditRecord& audit) {
    for (const Tombstone& tombstone : imports.tombstones())
        if (changes.fate_of(tombstone.object_id) == ObjectFate::unknown) changes.condemn(tombstone, audit);
}

/// The record used to take the change back.
UnfinishedChange unfinished(const KeyChange& change, const std::string& reason) {
    return {.key_id = change.key.id,
            .project_id = change.key.project_id,
            .key_name = change.key.name,
            .resolution = change.imports.resolution(),
            .audit = change.audit(change.undone_action, reason)};
}

}  // namespace

Environment& writable_environment(const ServiceContext& service_context, const Caller& caller,
                                  const Project& project, const std::string& name) {
    Environment* environment = open_environment(service_context, caller, project, name);
    if (environment == nullptr) throw environment_not_found(name);
    return *environment;
}

std::optional<std::string> first_closed_environment(const ServiceContext& service_context,
                                                    const Caller& caller, const Project& project,
                                                    const std::vector<EnvironmentEntry>& entries) {
    for (const EnvironmentEntry& entry : entries) {
        if (entry.environment.empty()) continue;
        const bool open =
            entry.content || entry.private_key
                ? open_environment(service_context, caller, project, entry.environment) != nullptr
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

void KeyChange::add_import(const EnvironmentEntry& entry, const PreparedEntry& prepared) {
    imports.add(writable_environment(service_context, caller, project, entry.environment), entry, prepared,
                service_context.new_object_id(entry.environment, project.name, key.name),
                object_label(entry.alias, project.name, key.name), uses_of(key.algorithm, key.mechanisms),
                key.mechanisms, origin.request_id);
}

AuditRecord KeyChange::audit(const std::string& action, const std::string& result) const {
    return {.at = service_context.clock(),
            .actor = caller.user_name,
            .request_id = origin.request_id,
            .action = action,
            .project = project.name,
            .key = key.name,
            .environments = imports.environments(),
            .result = result};
}

ChangeResolution KeyChange::resolution(const DeploymentReport& report) const {
    ChangeResolution resolution = imports.resolution();
    if (origin.repeat)
        resolution.answer = StoredResponse{.user_id = origin.repeat->user_id,
                                           .key = origin.repeat->key,
                                           .owner = service_context.owner,
                                           .answer = origin.repeat->answer(report),
                                           .at = service_context.clock()};
    return resolution;
}

void KeyChange::remember_nothing_made(const CatalogueError& failure) {
    UnfinishedChange change = unfinished(*this, "not begun");
    change.change_id = change_id_of(failure);
    if (change.change_id.empty()) return;
    change.resolution.clean = change.resolution.intents;
    service_context.unfinished->add(std::move(change));
}

void KeyChange::take_back() {
    imports.undo();
    UnfinishedChange change = unfinished(*this, imports.failure().what());
    try {
        service_context.catalogue.keys.abandon_change(key.id, change.resolution, change.audit);
    } catch (const CatalogueError& error) {
        log::error("change.not_taken_back", {{"key", key.id}, {"reason", error.what()}});
        service_context.unfinished->add(std::move(change));
    }
}

bool KeyChange::was_committed_all_the_same(const CatalogueError* failure) {
    UnfinishedChange change = unfinished(*this, failure != nullptr ? "the commit failed" : "too late");
    if (const auto* unknown = dynamic_cast<const CatalogueOutcomeUnknown*>(failure)) {
        change.change_id = unknown->change_id();
        change.made = imports.tombstones();
        change.resolution.made = imports.ids();
        service_context.unfinished->add(std::move(change));
        throw CatalogueOutcomeUnknown(*unknown);
    }
    if (failure != nullptr) change.resolution.clean.clear();
    try {
        if (failure == nullptr) {
            if (names_objects(service_context.catalogue.keys, key.id, imports)) return true;
            condemn_objects(service_context.catalogue.changes, imports, change.audit);
            imports.undo();
            change.resolution = imports.resolution();
        }
        if (!service_context.catalogue.keys.abandon_change(key.id, change.resolution, change.audit) &&
            failure != nullptr) {
            if (names_objects(service_context.catalogue.keys, key.id, imports)) return true;
            condemn_objects(service_context.catalogue.changes, imports, change.audit);
        }
    } catch (const CatalogueError& error) {
        change.change_id = change_id_of(error);
        change.made = imports.tombstones();
        change.resolution.made.merge(imports.ids());
        service_context.unfinished->add(std::move(change));
        throw;
    }
    imports.undo();
    return false;
}

ServiceError KeyChange::lease_ran_out() const {
    return {ErrorKind::hsm_unavailable,
            "The import into " + joined(imports.environments()) +
                " took longer than its lease and was taken back; nothing was kept, try again"};
}

}  // namespace keyward::service
