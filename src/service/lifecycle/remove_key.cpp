#include "service/lifecycle/remove_key.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/shown_name.hpp"
#include "domain/key_text.hpp"
#include "service/lifecycle/key_change.hpp"
#include "service/runtime/object_destruction.hpp"

namespace keyward::service {
namespace {

/// One call from its transaction to the end of the last object that can be reached.
class Undeployment {
  public:
    Undeployment(Workplace& workplace, const Caller& caller, const Project& project, const Key& key,
                 const Origin& origin, std::optional<std::string> environment)
        : workplace_(workplace),
          caller_(caller),
          project_(project),
          key_(key),
          origin_(origin),
          environment_(std::move(environment)) {}

    DeploymentReport run() {
        const InFlight::Hold objects(workplace_.in_flight, objects_to_destroy());
        Removal removal = begin();
        if (removal.begin == Begin::conflict) {
            // It may be with a change of this process that the catalogue's failure left open.
            workplace_.unfinished->settle(workplace_.catalogue, project_.id, key_.name,
                                          workplace_.lease_end());
            removal = begin();
        }
        if (removal.begin == Begin::gone) throw key_not_found(key_.name);
        if (removal.begin == Begin::conflict) throw key_changed_meanwhile(key_.name);
        const auto ends = destroy_tombstoned(workplace_, removal.tombstones, audit({}));
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
    Removal begin() {
        return workplace_.catalogue.begin_removal(key_.id, key_.revision, environment_, workplace_.owner,
                                                  workplace_.lease_end(), audit("started"));
    }

    /// It is done, whether its answer can be kept for repeats or not.
    void keep(const DeploymentReport& report) {
        if (!origin_.repeat) return;
        try {
            workplace_.catalogue.keep_answer({origin_.repeat->user_id, origin_.repeat->key, workplace_.owner,
                                              origin_.repeat->answer(report), workplace_.clock()});
        } catch (const CatalogueError& error) {
            log::error("answer.not_kept", {{"request", origin_.request_id}, {"reason", error.what()}});
        }
    }

    [[nodiscard]] AuditRecord audit(const std::string& result) const {
        AuditRecord record{workplace_.clock(),
                           caller_.user_name,
                           origin_.request_id,
                           environment_ ? "key.undeploy" : "key.delete",
                           project_.name,
                           key_.name,
                           {},
                           result};
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
            EnvironmentResult result{deployment.environment, true, "Undeployed successfully", {}, {}};
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

    Workplace& workplace_;
    const Caller& caller_;
    const Project& project_;
    const Key& key_;
    const Origin& origin_;
    std::optional<std::string> environment_;
};

Key key_to_change(const Workplace& workplace, const Project& project, const std::string& name) {
    auto key = workplace.catalogue.find_key(project.id, name);
    if (!key || key->state == KeyState::creating) throw key_not_found(name);
    return *std::move(key);
}

}  // namespace

DeploymentReport RemoveKey::remove(const Caller& caller, const Project& project, const std::string& key_name,
                                   const Origin& origin) {
    const Key key = key_to_change(workplace_, project, key_name);
    require_in_every_environment(caller, project, key);
    return Undeployment(workplace_, caller, project, key, origin, std::nullopt).run();
}

DeploymentReport RemoveKey::undeploy(const Caller& caller, const Project& project,
                                     const std::string& key_name, const std::string& environment,
                                     const Origin& origin) {
    const Key key = key_to_change(workplace_, project, key_name);
    writable_environment(workplace_, caller, project, environment);
    if (std::ranges::find(key.deployments, environment, &Deployment::environment) == key.deployments.end())
        throw ServiceError(
            ErrorKind::not_found,
            "Key (name: " + key_name + ") is not deployed in environment (name: " + environment + ")");
    if (key.state == KeyState::deleting) throw key_changed_meanwhile(key_name);
    return Undeployment(workplace_, caller, project, key, origin, environment).run();
}

}  // namespace keyward::service
