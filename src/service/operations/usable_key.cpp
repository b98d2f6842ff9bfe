#include "service/operations/usable_key.hpp"

#include <algorithm>

#include "domain/errors.hpp"

namespace keyward::service {

std::shared_ptr<const Key> KeyCache::find(const std::string& project_id, const std::string& name) {
    const auto revision = keys_.find_revision(project_id, name);
    if (!revision) return nullptr;
    if (auto key = kept(*revision)) return key;
    auto found = keys_.find_key(project_id, name);
    if (!found || found->state == KeyState::creating) return nullptr;
    auto key = std::make_shared<const Key>(*std::move(found));
    keep(key);
    return key;
}

std::shared_ptr<const Key> KeyCache::kept(const KeyRevision& revision) const {
    const Lock lock(mutex_);
    const auto found = kept_.find(revision.id);
    if (found == kept_.end() || found->second->revision != revision.revision) return nullptr;
    return found->second;
}

void KeyCache::keep(std::shared_ptr<const Key> key) {
    const Lock lock(mutex_);
    // Any entry may be evicted: one that is used often is soon cached again.
    if (kept_.size() >= capacity_ && !kept_.contains(key->id)) kept_.erase(kept_.begin());
    std::string id = key->id;
    kept_.insert_or_assign(std::move(id), std::move(key));
}

Environment* usable_environment(const ServiceContext& service_context, const Caller& caller,
                                const Project& project, const std::string& name) {
    const bool in_project = std::ranges::find(project.environments, name) != project.environments.end();
    if (!in_project || !caller.holds(Permission::use, project, name)) return nullptr;
    return service_context.environments.find(name);
}

const Deployment* deployment_in(const Key& key, const std::string& environment) {
    const auto found = std::ranges::find(key.deployments, environment, &Deployment::environment);
    return found == key.deployments.end() ? nullptr : &*found;
}

const Deployment& usable_deployment(const Key& key, const Deployment* deployment,
                                    const std::string& environment) {
    const std::string who = "Key (name: " + key.name + ") ";
    const std::string where = " in environment (name: " + environment + ")";
    if (key.state == KeyState::deleting) throw ServiceError(ErrorKind::not_found, who + "is being deleted");
    if (deployment == nullptr || deployment->state == DeploymentState::deleting)
        throw ServiceError(ErrorKind::not_found, who + "is not deployed" + where);
    if (deployment->state == DeploymentState::failed || !deployment->object_id)
        throw ServiceError(
            ErrorKind::not_found,
            who + (deployment->object_id ? "is not in its token any more" : "could not be deployed") + where +
                "; send its content again with PUT");
    if (!deployment->serial.empty())
        throw ServiceError(ErrorKind::hsm_unavailable, who + "is in a token that has been replaced" + where);
    return *deployment;
}

}  // namespace keyward::service
