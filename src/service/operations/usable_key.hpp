#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/mutex.hpp"
#include "domain/catalogue.hpp"
#include "service/auth/access.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// Cache of the catalogue's keys. An entry is valid as long as the catalogue reports the same revision. It is
/// queried each time, so a change by another process is seen at once. Thread-safe.
class KeyCache {
  public:
    /// Keeps at most `capacity` keys.
    explicit KeyCache(KeyStore& keys, std::size_t capacity = 20'000) : keys_(keys), capacity_(capacity) {}

    /// Null when the project has no such key. Throws CatalogueError.
    std::shared_ptr<const Key> find(const std::string& project_id, const std::string& name);

  private:
    std::shared_ptr<const Key> kept(const KeyRevision& revision) const;
    void keep(std::shared_ptr<const Key> key);

    KeyStore& keys_;
    const std::size_t capacity_;
    mutable Mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<const Key>> kept_ KEYWARD_GUARDED_BY(mutex_);  ///< by id
};

/// Null when the caller may not use keys there, whether the environment exists or not.
Environment* usable_environment(const ServiceContext& service_context, const Caller& caller,
                                const Project& project, const std::string& name);

/// Null when the key has no deployment there.
const Deployment* deployment_in(const Key& key, const std::string& environment);

/// Returns `deployment`, which may be null. Throws ServiceError that says why it cannot be used.
const Deployment& usable_deployment(const Key& key, const Deployment* deployment,
                                    const std::string& environment);

}  // namespace keyward::service
