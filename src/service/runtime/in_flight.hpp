#pragma once

#include <map>
#include <set>
#include <vector>

#include "base/ids.hpp"
#include "base/mutex.hpp"

namespace keyward::service {

/// Objects whose creation or destruction is running in this process, also when no caller waits for it any
/// more. While an object is listed here, its lease is renewed and recovery leaves it alone: an import that
/// hangs in a module may still create its object. An object that was added twice must be removed twice.
/// Thread-safe.
class InFlight {
  public:
    void add(const ObjectId& id) {
        const Lock lock(mutex_);
        ++ids_[id];
    }
    /// Adds all of them or, when memory runs out, none.
    void add(const std::set<ObjectId>& ids) {
        std::vector<ObjectId> added;
        added.reserve(ids.size());
        try {
            for (const ObjectId& id : ids) {
                add(id);
                added.push_back(id);
            }
        } catch (...) {
            for (const ObjectId& id : added)
                remove(id);
            throw;
        }
    }
    void remove(const ObjectId& id) {
        const Lock lock(mutex_);
        const auto found = ids_.find(id);
        if (found != ids_.end() && --found->second == 0) ids_.erase(found);
    }
    [[nodiscard]] bool contains(const ObjectId& id) const {
        const Lock lock(mutex_);
        return ids_.contains(id);
    }
    [[nodiscard]] std::set<ObjectId> all() const {
        const Lock lock(mutex_);
        std::set<ObjectId> ids;
        for (const auto& [id, times] : ids_)
            ids.insert(id);
        return ids;
    }

    /// Keeps the objects listed for its lifetime.
    class Hold {
      public:
        Hold(InFlight& in_flight, std::set<ObjectId> ids) : in_flight_(in_flight), ids_(std::move(ids)) {
            in_flight_.add(ids_);
        }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        Hold(Hold&&) = delete;
        Hold& operator=(Hold&&) = delete;
        ~Hold() {
            for (const ObjectId& id : ids_)
                in_flight_.remove(id);
        }

      private:
        InFlight& in_flight_;
        std::set<ObjectId> ids_;
    };

  private:
    mutable Mutex mutex_;
    std::map<ObjectId, int> ids_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::service
