#include "service/create_key.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "service/key_change.hpp"
#include "service/key_text.hpp"

namespace keyward::service {
namespace {

/// One create-key call from its intent to its end.
class Creation {
  public:
    Creation(Workplace& workplace, const Caller& caller, const Project& project,
             const CreateKeyRequest& request, PreparedKey prepared)
        : workplace_(workplace),
          caller_(caller),
          project_(project),
          request_(request),
          prepared_(std::move(prepared)),
          imports_(workplace, request.dry_run ? Lifetime::session : Lifetime::token) {}

    DeploymentReport run() {
        plan();
        take_name();
        imports_.run();
        if (imports_.all_failed() || (imports_.any_failed() && request_.roll_back_on_failure)) {
            if (!request_.dry_run) take_back();
            throw imports_.failure();
        }
        const DeploymentReport report = report_of_all();
        if (request_.dry_run) return report;
        commit(report);
        log::info("key.created", {{"request", request_.origin.request_id},
                                  {"user", caller_.user_name},
                                  {"client", request_.origin.client_address},
                                  {"project", project_.name},
                                  {"key", request_.name},
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
        key_.created_at = key_.updated_at = workplace_.clock();
        const UseSet uses = uses_of(prepared_.algorithm, prepared_.mechanisms);
        for (std::size_t i = 0; i < request_.environments.size(); ++i) {
            const EnvironmentEntry& entry = request_.environments[i];
            imports_.add(writable_environment(workplace_, caller_, project_, entry.environment), entry,
                         prepared_.entries[i],
                         workplace_.new_object_id(entry.environment, project_.name, request_.name),
                         object_label(entry.alias, project_.name, request_.name), uses,
                         request_.origin.request_id);
        }
    }

    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& result) const {
        AuditRecord record{workplace_.clock(),
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
        const bool taken = request_.dry_run
                               ? workplace_.catalogue.find_key(project_.id, request_.name).has_value()
                               : !workplace_.catalogue.begin_create(key_, imports_.intents(key_.id),
                                                                    audit("key.create", "started"));
        if (taken) throw ServiceError(ErrorKind::bad_request, name_is_taken_text(request_.name));
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
        bool committed = false;
        try {
            committed = workplace_.catalogue.commit_create(
                key_, with_answer(workplace_, imports_.settlement(), request_.origin, report),
                audit("key.create.commit", results_text(report)));
        } catch (const CatalogueError& error) {
            log::error("key.commit_failed", {{"key", key_.id}, {"reason", error.what()}});
            if (!was_committed_all_the_same(workplace_, imports_, key_.id,
                                            audit("key.create.undone", "the commit failed")))
                throw;
            committed = true;
        }
        if (!committed)
            throw lease_ran_out(workplace_, imports_, key_.id, audit("key.create.undone", "too late"));
    }

    void take_back() {
        imports_.undo();
        workplace_.catalogue.abandon_change(key_.id, imports_.settlement(),
                                            audit("key.create.undone", imports_.failure().what()));
    }

    Workplace& workplace_;
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
    PreparedKey prepared = prepare(request, workplace_.policy, std::move(mistakes));
    return Creation(workplace_, caller, project, request, std::move(prepared)).run();
}

}  // namespace keyward::service
