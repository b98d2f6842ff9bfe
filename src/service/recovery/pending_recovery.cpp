#include "service/recovery/pending_recovery.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace keyward::service {
namespace {

/// Maps intents and tombstones to their keys, as far as the keys are (still) in the catalogue.
class Names {
  public:
    Names(ProjectStore& projects, KeyStore& keys) {
        for (const Project& project : projects.all_projects()) {
            KeyQuery all;
            all.project_id = project.id;
            for (const Key& key : keys.list_keys(all))
                add(project, key);
        }
    }

    void name_by_key(PendingObject& object, const std::string& key_id) const {
        name(object, by_key_, key_id);
    }
    void name_by_object(PendingObject& object) const { name(object, by_object_, object.id); }

  private:
    struct Name {
        std::string project;
        std::string key;
    };

    void add(const Project& project, const Key& key) {
        by_key_[key.id] = {project.name, key.name};
        for (const Deployment& deployment : key.deployments)
            if (deployment.object_id) by_object_[*deployment.object_id] = {project.name, key.name};
    }

    template <typename Id>
    static void name(PendingObject& object, const std::map<Id, Name>& names, const Id& id) {
        const auto found = names.find(id);
        if (found == names.end()) return;
        object.project = found->second.project;
        object.key = found->second.key;
    }

    std::map<std::string, Name> by_key_;
    std::map<ObjectId, Name> by_object_;
};

}  // namespace

std::size_t PendingRecovery::intents() const {
    return static_cast<std::size_t>(std::ranges::count(objects, true, &PendingObject::is_of_import));
}

std::size_t PendingRecovery::tombstones() const {
    return objects.size() - intents();
}

PendingRecovery pending_recovery_in(const ServiceContext& service_context,
                                    const std::function<bool(const std::string&)>& is_dead) {
    const Instant now = service_context.clock();
    const auto is_nobodys = [&](const auto& each) { return each.lease_until <= now || is_dead(each.owner); };
    auto intents = service_context.catalogue.changes.intents();
    auto tombstones = service_context.catalogue.changes.tombstones();
    std::erase_if(intents, std::not_fn(is_nobodys));
    std::erase_if(tombstones, std::not_fn(is_nobodys));
    // Tombstones of a replaced token wait until it is back.
    std::erase_if(tombstones, [](const Tombstone& each) { return !each.serial.empty(); });
    PendingRecovery pending;
    if (intents.empty() && tombstones.empty()) return pending;
    const Names names(service_context.catalogue.projects, service_context.catalogue.keys);
    for (const Intent& intent : intents) {
        PendingObject& object = pending.objects.emplace_back();
        object.id = intent.object_id;
        object.environment = intent.environment;
        object.is_of_import = true;
        names.name_by_key(object, intent.key_id);
    }
    for (const Tombstone& tombstone : tombstones) {
        PendingObject& object = pending.objects.emplace_back();
        object.id = tombstone.object_id;
        object.environment = tombstone.environment;
        names.name_by_object(object);
    }
    return pending;
}

void complete(PendingRecovery& pending, const Comparison& comparison) {
    if (comparison.status != ComparisonStatus::compared) return;
    for (PendingObject& object : pending.objects) {
        if (object.environment != comparison.environment) continue;
        const auto found = comparison.ours.find(object.id);
        object.in_token = found != comparison.ours.end();
        if (*object.in_token) object.label = found->second.front().label;
    }
}

}  // namespace keyward::service
