#include "service/create_key.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "service/deployment_report.hpp"
#include "service/key_text.hpp"

namespace keyward::service {
namespace {

ServiceError environment_not_found(const std::string& name) {
    return {ErrorKind::bad_request, environment_not_found_text(name)};
}

/// One create-key call from its intent to its end.
class Creation {
  public:
    Creation(Workplace& workplace, const Caller& caller, const Project& project,
             const CreateKeyRequest& request, PreparedKey prepared)
        : workplace_(workplace),
          caller_(caller),
          project_(project),
          request_(request),
          prepared_(std::move(prepared)) {}

    DeploymentReport run() {
        plan();
        take_name();
        for (Import& import : imports_)
            import.start();
        for (Import& import : imports_)
            import.finish();
        const auto failed = static_cast<std::size_t>(
            std::ranges::count_if(imports_, [](const Import& import) { return !import.succeeded(); }));
        if (failed == imports_.size() || (failed != 0 && request_.roll_back_on_failure)) {
            take_back();
            throw failure_of(imports_, request_);
        }
        commit();
        log::info("key.created", {{"request", request_.request_id},
                                  {"user", caller_.user_name},
                                  {"client", request_.client_address},
                                  {"project", project_.name},
                                  {"key", request_.name},
                                  {"result", results_text(imports_)}});
        return report_of(imports_);
    }

  private:
    Environment& environment_of(const EnvironmentEntry& entry) const {
        const std::string& name = entry.environment;
        Environment* environment = workplace_.environments.find(name);
        const bool in_project = std::ranges::find(project_.environments, name) != project_.environments.end();
        const bool granted = caller_.holds(Permission::manage, project_, name) &&
                             caller_.holds(Permission::deploy_undeploy, project_, name);
        if (environment == nullptr || !in_project || !granted) throw environment_not_found(name);
        return *environment;
    }

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
            imports_.emplace_back(
                environment_of(entry), workplace_.in_flight,
                Import::Plan{ObjectId::random(), object_label(entry.alias, project_.name, request_.name),
                             prepared_.entries[i].material, uses, entry.expected_check_value,
                             request_.request_id});
        }
    }

    [[nodiscard]] Instant lease_end() const { return workplace_.clock() + workplace_.environments.lease(); }

    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& result) const {
        AuditRecord record{workplace_.clock(),
                           caller_.user_name,
                           request_.request_id,
                           action,
                           project_.name,
                           request_.name,
                           {},
                           result};
        for (const Import& import : imports_)
            record.environments.push_back(import.environment());
        return record;
    }

    void take_name() {
        std::vector<Intent> intents;
        for (const Import& import : imports_)
            intents.push_back({import.id(), key_.id, import.environment(), workplace_.owner, lease_end()});
        if (!workplace_.catalogue.begin_create(key_, intents, audit("key.create", "started")))
            throw ServiceError(ErrorKind::bad_request, name_is_taken_text(request_.name));
    }

    [[nodiscard]] std::set<ObjectId> left_nothing() const {
        std::set<ObjectId> clean;
        for (const Import& import : imports_)
            if (import.left_nothing()) clean.insert(import.id());
        return clean;
    }

    void commit() {
        key_.state = KeyState::active;
        key_.deployments = deployments();
        bool committed = false;
        try {
            committed =
                workplace_.catalogue.commit_create(key_, workplace_.owner, left_nothing(), lease_end(),
                                                   audit("key.create.commit", results_text(imports_)));
        } catch (const CatalogueError& error) {
            log::error("key.commit_failed", {{"key", key_.id}, {"reason", error.what()}});
            if (!was_committed_all_the_same()) throw;
            committed = true;
        }
        if (!committed)
            throw ServiceError(
                ErrorKind::hsm_unavailable,
                "The import took longer than its lease and was taken back; nothing was kept, try again");
    }

    /// The answer of a commit can be lost although it went through. Abandoning the key waits for that commit
    /// and decides: only when it was the first are the objects destroyed, and their tombstones stand before
    /// the first of them goes.
    bool was_committed_all_the_same() {
        if (!workplace_.catalogue.abandon_create(key_.id, workplace_.owner, {}, lease_end(),
                                                 audit("key.create.undone", "the commit failed")))
            return workplace_.catalogue.key_state(key_.id) == KeyState::active;
        for (Import& import : imports_)
            if (import.succeeded()) import.undo();
        return false;
    }

    void take_back() {
        for (Import& import : imports_)
            if (import.succeeded()) import.undo();
        workplace_.catalogue.abandon_create(key_.id, workplace_.owner, left_nothing(), lease_end(),
                                            audit("key.create.undone", results_text(imports_)));
    }

    [[nodiscard]] std::vector<Deployment> deployments() const {
        std::vector<Deployment> all;
        for (std::size_t i = 0; i < imports_.size(); ++i) {
            const Import& import = imports_[i];
            Deployment deployment;
            deployment.environment = import.environment();
            deployment.alias = request_.environments[i].alias;
            deployment.source = prepared_.entries[i].source;
            deployment.size = size_in_bits(*prepared_.entries[i].material);
            if (import.succeeded()) {
                deployment.state = DeploymentState::deployed;
                deployment.object_id = import.id();
                deployment.key_check_value = import.receipt().key_check_value;
                deployment.public_key_sha256 = import.receipt().public_key_sha256;
                deployment.public_key_pem = import.receipt().public_key_pem;
            } else {
                deployment.failure = import.failure().what();
            }
            all.push_back(std::move(deployment));
        }
        return all;
    }

    Workplace& workplace_;
    const Caller& caller_;
    const Project& project_;
    const CreateKeyRequest& request_;
    PreparedKey prepared_;
    Key key_;
    std::vector<Import> imports_;
};

}  // namespace

DeploymentReport CreateKey::run(const Caller& caller, const Project& project, const CreateKeyRequest& request,
                                std::vector<FieldError> mistakes) {
    PreparedKey prepared = prepare(request, workplace_.policy, std::move(mistakes));
    return Creation(workplace_, caller, project, request, std::move(prepared)).run();
}

}  // namespace keyward::service
