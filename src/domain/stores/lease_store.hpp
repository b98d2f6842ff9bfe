#pragma once

#include <set>
#include <string>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// The leases on intents, tombstones and idempotency records.
class LeaseStore : public Store {
  public:
    /// Keeps other processes away from objects whose calls are still running in this process.
    virtual void renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                              Instant lease_until) = 0;
    /// The owners of leases on intents, tombstones or attempts; expire_leases ends all leases of one owner.
    /// For owners known to be dead.
    virtual std::set<std::string> lease_owners() = 0;
    virtual void expire_leases(const std::string& owner) = 0;
};

}  // namespace keyward
