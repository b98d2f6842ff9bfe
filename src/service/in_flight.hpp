#pragma once

#include <mutex>
#include <set>

#include "core/ids.hpp"

namespace keyward::service {

/// Objects whose calls are under way in this process, also those nobody waits for any more. While one stands
/// here its lease is renewed and recovery leaves it alone: an import that hangs in a module may still make
/// its object. Any thread may call.
class InFlight {
  public:
    void add(const ObjectId& id) {
        const std::lock_guard lock(mutex_);
        ids_.insert(id);
    }
    void remove(const ObjectId& id) {
        const std::lock_guard lock(mutex_);
        ids_.erase(id);
    }
    [[nodiscard]] bool contains(const ObjectId& id) const {
        const std::lock_guard lock(mutex_);
        return ids_.contains(id);
    }
    [[nodiscard]] std::set<ObjectId> all() const {
        const std::lock_guard lock(mutex_);
        return ids_;
    }

  private:
    mutable std::mutex mutex_;
    std::set<ObjectId> ids_;
};

}  // namespace keyward::service
