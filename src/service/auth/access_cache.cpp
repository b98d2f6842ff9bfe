#include "service/auth/access_cache.hpp"

namespace keyward::service {

template <typename Value>
std::shared_ptr<const Value> AccessCache::find(const Kept<Value>& kept, const std::string& key) {
    const auto found = kept.find(key);
    return found == kept.end() ? nullptr : found->second;
}

/// `version` was read before the value, so the value is at least as new. It is kept only while no newer
/// version has been seen.
template <typename Value>
std::shared_ptr<const Value> AccessCache::keep(Kept<Value>& kept, const std::string& key, Value value,
                                               std::int64_t version) {
    auto shared = std::make_shared<const Value>(std::move(value));
    const std::lock_guard lock(mutex_);
    if (version != version_) return shared;
    if (kept.size() >= capacity_) kept.clear();
    kept.insert_or_assign(key, shared);
    return shared;
}

std::shared_ptr<const KnownToken> AccessCache::token(const std::string& hash) {
    const std::int64_t version = catalogue_.access_tokens.access_version();
    {
        const std::lock_guard lock(mutex_);
        if (version != version_) {
            version_ = version;
            tokens_.clear();
            projects_.clear();
        }
        if (auto known = find(tokens_, hash)) return known;
    }
    auto identity = catalogue_.access_tokens.find_identity(hash);
    if (!identity) return nullptr;
    auto grants = catalogue_.users.grants_of(identity->user_id);
    return keep(tokens_, hash, KnownToken{*std::move(identity), std::move(grants)}, version);
}

std::shared_ptr<const Project> AccessCache::project(const std::string& name) {
    std::int64_t version = 0;
    {
        const std::lock_guard lock(mutex_);
        if (auto known = find(projects_, name)) return known;
        version = version_;
    }
    auto project = catalogue_.projects.find_project(name);
    return project ? keep(projects_, name, *std::move(project), version) : nullptr;
}

}  // namespace keyward::service
