#include "service/lifecycle/create_key.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/log.hpp"
#include "base/shown_name.hpp"
#include "domain/key_text.hpp"
#include "service/lifecycle/key_change.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait_for_another_create = 3s;
constexpr auto between_looks = 25ms;

/// One create-key call from its intent to its end.
class Creation {
  public:
    Creation(ServiceContext& service_context, const Caller& caller, const Project& project,
             const CreateKeyRequest& request, PreparedKey prepared)
        : service_context_(service_context),
          caller_(caller),
          project_(project),
          request_(request),
          prepared_(std::move(prepared)),
          imports_(service_context, caller.user_id,
                   request.dry_run ? ObjectLifetime::session : ObjectLifetime::token) {}

    DeploymentReport run() {
        plan();
        take_name();
        imports_.run();
        if (imports_.all_failed() || (imports_.any_failed() && request_.roll_back_on_failure)) {
            if (!request_.dry_run) take_back();
            throw imports_.failure();
        }
        DeploymentReport report = report_of_all();
        if (request_.dry_run) return report;
        commit(report);
        log::info("key.created", {{"request", request_.origin.request_id},
                                  {"user", caller_.user_name},
                                  {"client", request_.origin.client_address},
                                  {"project", project_.name},
                                  {"key", shown_name(request_.name)},
                                  {"result", results_text(report)}});
        return report;
    }

  private:
    void plan() {
        key_.id = random_uuid();
        key_.project_id = project_.id;
        key_.name = request_.name;
        key_.description = request_.description;
        key_.type = *request_.type;
        key_.algorithm = prepared_.algorithm;
        key_.mechanisms = prepared_.mechanisms;
        key_.created_at = key_.updated_at = service_context_.clock();
        const KeyUsages uses = uses_of(prepared_.algorithm, prepared_.mechanisms);
        for (std::size_t i = 0; i < request_.environments.size(); ++i) {
            const EnvironmentEntry& entry = request_.environments[i];
            imports_.add(writable_environment(service_context_, caller_, project_, entry.environment), entry,
                         prepared_.entries[i],
                         service_context_.new_object_id(entry.environment, project_.name, request_.name),
                         object_label(entry.alias, project_.name, request_.name), uses, key_.mechanisms,
                         request_.origin.request_id);
        }
    }

    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& result) const {
        AuditRecord record{service_context_.clock(),
                           caller_.user_name,
                           request_.origin.request_id,
                           action,
                           project_.name,
                           request_.name,
                           {},
                           result};
        for (const EnvironmentEntry& entry : request_.environments)
            record.environments.push_back(entry.environment);
        return record;
    }

    void take_name() {
        if (!request_.dry_run) return begin();
        if (service_context_.catalogue.keys.find_key(project_.id, request_.name)) throw name_is_taken();
    }

    /// A key that is being created holds the name, but may not persist: the name is taken only if it does.
    void begin() {
        const auto until = std::chrono::steady_clock::now() + longest_wait_for_another_create;
        while (!try_to_begin()) {
            service_context_.unfinished->resolve(service_context_.catalogue, project_.id, request_.name,
                                                 service_context_.lease_end());
            const auto holder = service_context_.catalogue.keys.find_key(project_.id, request_.name);
            if (holder && holder->state != KeyState::creating) throw name_is_taken();
            if (std::chrono::steady_clock::now() >= until)
                throw ServiceError(ErrorKind::overloaded,
                                   "A key of this name is being created by another "
                                   "request, which has not ended; try again");
            if (holder) std::this_thread::sleep_for(between_looks);
        }
    }

    bool try_to_begin() {
        try {
            return service_context_.catalogue.keys.begin_create(key_, imports_.intents(key_.id),
                                                                audit("key.create", "started"));
        } catch (const CatalogueError& error) {
            remember_nothing_made(service_context_,
                                  unfinished_change(key_, imports_, audit("key.create.undone", "not begun")),
                                  error);
            throw;
        }
    }

    [[nodiscard]] ServiceError name_is_taken() const {
        return {ErrorKind::bad_request, name_is_taken_text(request_.name)};
    }

    [[nodiscard]] DeploymentReport report_of_all() const {
        std::vector<EnvironmentResult> results;
        for (std::size_t i = 0; i < imports_.size(); ++i)
            results.push_back(imports_.result(i));
        return report_on(request_.dry_run ? Undertaking::trial_deployment : Undertaking::deployment,
                         std::move(results));
    }

    void commit(const DeploymentReport& report) {
        key_.state = KeyState::active;
        for (std::size_t i = 0; i < imports_.size(); ++i)
            key_.deployments.push_back(imports_.deployment(i, request_.environments[i].alias));
        try {
            if (service_context_.catalogue.keys.commit_create(
                    key_, with_answer(service_context_, imports_.resolution(), request_.origin, report),
                    audit("key.create.commit", results_text(report))))
                return;
        } catch (const CatalogueError& error) {
            log::error("key.commit_failed", {{"key", key_.id}, {"reason", error.what()}});
            if (!was_committed("the commit failed", &error)) throw;
            return;
        }
        if (!was_committed("too late", nullptr)) throw lease_ran_out(imports_);
    }

    bool was_committed(const std::string& reason, const CatalogueError* failure) {
        return was_committed_all_the_same(
            service_context_, imports_, unfinished_change(key_, imports_, audit("key.create.undone", reason)),
            failure);
    }

    void take_back() {
        imports_.undo();
        abandon_or_remember(
            service_context_,
            unfinished_change(key_, imports_, audit("key.create.undone", imports_.failure().what())));
    }

    ServiceContext& service_context_;
    const Caller& caller_;
    const Project& project_;
    const CreateKeyRequest& request_;
    PreparedKey prepared_;
    Key key_;
    ImportBatch imports_;
};

}  // namespace

DeploymentReport CreateKey::run(const Caller& caller, const Project& project, const CreateKeyRequest& request,
                                std::vector<FieldError> mistakes) {
    for (const EnvironmentEntry& entry : request.environments)
        if (std::string problem = alias_problem(entry.alias, project.name); !problem.empty())
            mistakes.push_back({entry.pointer + "/alias", std::move(problem)});
    const auto closed = first_closed_environment(service_context_, caller, project, request.environments);
    PreparedKey prepared = prepare(request, service_context_.policy, std::move(mistakes),
                                   closed ? Contents::left_alone : Contents::decoded);
    if (closed) throw environment_not_found(*closed);
    return Creation(service_context_, caller, project, request, std::move(prepared)).run();
}

}  // namespace keyward::service
