#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "domain/catalogue.hpp"

namespace keyward::service {

/// What the catalogue says of keys, kept as long as each is at the revision that was read, which it is asked
/// each time: what another process changed is seen at once. Any thread may call.
class KeyCache {
  public:
    /// Keeps at most `capacity` keys.
    explicit KeyCache(Catalogue& catalogue, std::size_t capacity = 20'000)
        : catalogue_(catalogue), capacity_(capacity) {}

    /// Null when the project has no such key. Throws CatalogueError.
    std::shared_ptr<const Key> find(const std::string& project_id, const std::string& name);

  private:
    std::shared_ptr<const Key> kept(const KeyRevision& standing) const;
    void keep(std::shared_ptr<const Key> key);

    Catalogue& catalogue_;
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<const Key>> kept_;  ///< by id
};

}  // namespace keyward::service
