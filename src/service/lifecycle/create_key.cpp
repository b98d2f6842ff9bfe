#include <algorithm>
#include <chrono>
#include <thread>

#include "base/client_text.hpp"
#include "base/log.hpp"
#include "domain/key_text.hpp"
#include "service/lifecycle/key_change.hpp"
#include "service/lifecycle/lifecycle.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait_for_another_create = 3s;
constexpr auto between_looks = 25ms;

Key key_to_create(const ServiceContext& service_context, const Project& project,
                  const CreateKeyRequest& request, const PreparedKey& prepared) {
    Key key;
    key.id = random_uuid();
    key.project_id = project.id;
    key.name = request.name;
    key.description = request.description;
    key.type = *request.type;
    key.algorithm = prepared.algorithm;
    key.mechanisms = prepared.mechanisms;
    key.created_at = key.updated_at = service_context.clock();
    return key;
}

ServiceError name_is_taken(const std::string& name) {
    return {ErrorKind::bad_request, name_is_taken_text(name)};
}

bool try_to_begin_create(KeyChange& change) {
    try {
        return change.service_context.catalogue.keys.begin_create(
            change.key, change.imports.intents(change.key.id), change.audit("key.create", "started"));
    } catch (const CatalogueError& error) {
        change.remember_nothing_made(error);
        throw;
    }
}

/// A key that is being created holds the name, but may not persist: the name is taken only if it does.
void begin_create(KeyChange& change) {
    ServiceContext& service_context = change.service_context;
    const std::string& name = change.key.name;
    const auto until = std::chrono::steady_clock::now() + longest_wait_for_another_create;
    while (!try_to_begin_create(change)) {
        service_context.unfinished->resolve(service_context.catalogue, change.project.id, name,
                                            service_context.lease_end());
        const auto holder = service_context.catalogue.keys.find_key(change.project.id, name);
        if (holder && holder->state != KeyState::creating) throw name_is_taken(name);
        if (std::chrono::steady_clock::now() >= until)
            throw ServiceError(ErrorKind::overloaded,
                               "A key of this name is being created by another "
                               "request, which has not ended; try again");
        if (holder) std::this_thread::sleep_for(between_looks);
    }
}

DeploymentReport creation_report(const ImportBatch& imports, bool dry_run) {
    std::vector<EnvironmentResult> results;
    for (std::size_t i = 0; i < imports.size(); ++i)
        results.push_back(imports.result(i));
    return report_on(dry_run ? Undertaking::trial_deployment : Undertaking::deployment, std::move(results));
}

void commit_create(KeyChange& change, const CreateKeyRequest& request, const DeploymentReport& report) {
    change.key.state = KeyState::active;
    for (std::size_t i = 0; i < change.imports.size(); ++i)
        change.key.deployments.push_back(change.imports.deployment(i, request.environments[i].alias));
    try {
        if (change.service_context.catalogue.keys.commit_create(
                change.key, change.resolution(report),
                change.audit("key.create.commit", results_text(report))))
            return;
    } catch (const CatalogueError& error) {
        log::error("key.commit_failed", {{"key", change.key.id}, {"reason", error.what()}});
        if (!change.was_committed_all_the_same(&error)) throw;
        return;
    }
    if (!change.was_committed_all_the_same(nullptr)) throw change.lease_ran_out();
}

}  // namespace

DeploymentReport CreateKey::run(const Caller& caller, const Project& project, const CreateKeyRequest& request,
                                std::vector<FieldError> mistakes) {
    for (const EnvironmentEntry& entry : request.environments)
        if (std::string problem = alias_problem(entry.alias, project.name); !problem.empty())
            mistakes.push_back({entry.pointer + "/alias", std::move(problem)});
    const auto closed = first_closed_environment(service_context_, caller, project, request.environments);
    const PreparedKey prepared = prepare(request, service_context_.policy, std::move(mistakes),
                                         closed ? Contents::left_alone : Contents::decoded);
    if (closed) throw environment_not_found(*closed);

    KeyChange change{
        .service_context = service_context_,
        .caller = caller,
        .project = project,
        .origin = request.origin,
        .key = key_to_create(service_context_, project, request, prepared),
        .undone_action = "key.create.undone",
        .imports = ImportBatch(service_context_, caller.user_id,
                               request.dry_run ? ObjectLifetime::session : ObjectLifetime::token)};
    for (std::size_t i = 0; i < request.environments.size(); ++i)
        change.add_import(request.environments[i], prepared.entries[i]);
    if (!request.dry_run)
        begin_create(change);
    else if (service_context_.catalogue.keys.find_key(project.id, request.name))
        throw name_is_taken(request.name);

    change.imports.run();
    if (change.imports.all_failed() || (change.imports.any_failed() && request.roll_back_on_failure)) {
        if (!request.dry_run) change.take_back();
        throw change.imports.failure();
    }
    DeploymentReport report = creation_report(change.imports, request.dry_run);
    if (request.dry_run) return report;
    commit_create(change, request, report);
    log::info("key.created", {{"request", request.origin.request_id},
                              {"user", caller.user_name},
                              {"client", request.origin.client_address},
                              {"project", project.name},
                              {"key", shown_name(request.name)},
                              {"result", results_text(report)}});
    return report;
}

}  // namespace keyward::service
