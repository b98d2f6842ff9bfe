#include "service/operations/key_cache.hpp"

namespace keyward::service {

std::shared_ptr<const Key> KeyCache::find(const std::string& project_id, const std::string& name) {
    const auto standing = catalogue_.keys.find_revision(project_id, name);
    if (!standing) return nullptr;
    if (auto key = kept(*standing)) return key;
    auto found = catalogue_.keys.find_key(project_id, name);
    if (!found || found->state == KeyState::creating) return nullptr;
    auto key = std::make_shared<const Key>(*std::move(found));
    keep(key);
    return key;
}

std::shared_ptr<const Key> KeyCache::kept(const KeyRevision& standing) const {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(standing.id);
    if (found == kept_.end() || found->second->revision != standing.revision) return nullptr;
    return found->second;
}

void KeyCache::keep(std::shared_ptr<const Key> key) {
    const std::lock_guard lock(mutex_);
    // Any entry may be evicted: one that is used often is soon cached again.
    if (kept_.size() >= capacity_ && !kept_.contains(key->id)) kept_.erase(kept_.begin());
    std::string id = key->id;
    kept_.insert_or_assign(std::move(id), std::move(key));
}

}  // namespace keyward::service
