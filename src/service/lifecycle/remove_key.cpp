#include <algorithm>

#include "base/client_text.hpp"
#include "base/log.hpp"
#include "domain/key_text.hpp"
#include "service/lifecycle/key_change.hpp"
#include "service/lifecycle/lifecycle.hpp"
#include "service/runtime/object_destruction.hpp"

namespace keyward::service {
namespace {

/// One call from its transaction until the last reachable object is destroyed.
class Undeployment {
  public:
    Undeployment(ServiceContext& service_context, const Caller& caller, const Project& project,
                 const Key& key, const Origin& origin, std::optional<std::string> environment)
        : service_context_(service_context),
          caller_(caller),
          project_(project),
          key_(key),
          origin_(origin),
          environment_(std::move(environment)) {}

    DeploymentReport run() {
        const InFlight::Hold objects(service_context_.in_flight, objects_to_destroy());
        KeyDeletion removal = begin();
        if (removal.begin == Begin::conflict) {
            // The conflict may be with a change of this process that is unfinished because the catalogue
            // failed.
            service_context_.unfinished->resolve(service_context_.catalogue, project_.id, key_.name,
                                                 service_context_.lease_end());
            removal = begin();
        }
        if (removal.begin == Begin::gone) throw key_not_found(key_.name);
        if (removal.begin == Begin::conflict) throw key_changed_meanwhile(key_.name);
        const auto ends = destroy_tombstoned(service_context_, removal.tombstones, audit({}));
        DeploymentReport report = report_of(removal.tombstones, ends);
        log::info(environment_ ? "key.undeployed" : "key.deleted", {{"request", origin_.request_id},
                                                                    {"user", caller_.user_name},
                                                                    {"client", origin_.client_address},
                                                                    {"project", project_.name},
                                                                    {"key", shown_name(key_.name)},
                                                                    {"result", results_text(report)}});
        keep(report);
        return report;
    }

  private:
    KeyDeletion begin() {
        return service_context_.catalogue.keys.begin_deletion(key_.id, key_.revision, environment_,
                                                              service_context_.owner,
                                                              service_context_.lease_end(), audit("started"));
    }

    /// The deletion is done, even when its answer cannot be stored for repeats.
    void keep(const DeploymentReport& report) {
        if (!origin_.repeat) return;
        try {
            service_context_.catalogue.idempotency.keep_answer({.user_id = origin_.repeat->user_id,
                                                                .key = origin_.repeat->key,
                                                                .owner = service_context_.owner,
                                                                .answer = origin_.repeat->answer(report),
                                                                .at = service_context_.clock()});
        } catch (const CatalogueError& error) {
            log::error("answer.not_kept", {{"request", origin_.request_id}, {"reason", error.what()}});
        }
    }

    [[nodiscard]] AuditRecord audit(const std::string& result) const {
        AuditRecord record{.at = service_context_.clock(),
                           .actor = caller_.user_name,
                           .request_id = origin_.request_id,
                           .action = environment_ ? "key.undeploy" : "key.delete",
                           .project = project_.name,
                           .key = key_.name,
                           .result = result};
        for (const Deployment& deployment : key_.deployments)
            if (is_meant(deployment)) record.environments.push_back(deployment.environment);
        return record;
    }

    [[nodiscard]] std::set<ObjectId> objects_to_destroy() const {
        std::set<ObjectId> ids;
        for (const Deployment& deployment : key_.deployments)
            if (is_meant(deployment) && deployment.object_id) ids.insert(*deployment.object_id);
        return ids;
    }

    [[nodiscard]] bool is_meant(const Deployment& deployment) const {
        return !environment_ || deployment.environment == *environment_;
    }

    [[nodiscard]] DeploymentReport report_of(const std::vector<Tombstone>& tombstones,
                                             const std::vector<TombstoneResult>& ends) const {
        std::vector<EnvironmentResult> results;
        for (const Deployment& deployment : key_.deployments) {
            if (!is_meant(deployment)) continue;
            EnvironmentResult result{
                .environment = deployment.environment, .success = true, .message = "Undeployed successfully"};
            if (!deployment.serial.empty())
                result.message =
                    "Undeployed; the token that held the key was replaced by another, and the key is "
                    "destroyed "
                    "there should that token come back";
            for (std::size_t i = 0; i < tombstones.size(); ++i)
                if (deployment.object_id == tombstones[i].object_id) result = result_of(deployment, ends[i]);
            results.push_back(std::move(result));
        }
        return report_on(Undertaking::undeployment, std::move(results));
    }

    static EnvironmentResult result_of(const Deployment& deployment, const TombstoneResult& end) {
        if (!end.ended)
            return {.environment = deployment.environment, .message = end.reason, .code = end.code};
        return {.environment = deployment.environment,
                .success = true,
                .message = end.not_found ? "Undeployed; the token did not hold the key any more"
                                         : "Undeployed successfully"};
    }

    ServiceContext& service_context_;
    const Caller& caller_;
    const Project& project_;
    const Key& key_;
    const Origin& origin_;
    std::optional<std::string> environment_;
};

Key key_to_change(const ServiceContext& service_context, const Project& project, const std::string& name) {
    auto key = service_context.catalogue.keys.find_key(project.id, name);
    if (!key || key->state == KeyState::creating) throw key_not_found(name);
    return *std::move(key);
}

}  // namespace

DeploymentReport RemoveKey::remove(const Caller& caller, const Project& project, const std::string& key_name,
                                   const Origin& origin) {
    const Key key = key_to_change(service_context_, project, key_name);
    require_in_every_environment(caller, project, key);
    return Undeployment(service_context_, caller, project, key, origin, std::nullopt).run();
}

DeploymentReport RemoveKey::undeploy(const Caller& caller, const Project& project,
                                     const std::string& key_name, const std::string& environment,
                                     const Origin& origin) {
    const Key key = key_to_change(service_context_, project, key_name);
    writable_environment(service_context_, caller, project, environment);
    if (std::ranges::find(key.deployments, environment, &Deployment::environment) == key.deployments.end())
        throw ServiceError(
            ErrorKind::not_found,
            "Key (name: " + key_name + ") is not deployed in environment (name: " + environment + ")");
    if (key.state == KeyState::deleting) throw key_changed_meanwhile(key_name);
    return Undeployment(service_context_, caller, project, key, origin, environment).run();
}

}  // namespace keyward::service
