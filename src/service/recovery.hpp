#pragma once

#include <cstddef>
#include <functional>

#include "service/create_key.hpp"

namespace keyward::service {

/// What a pass of recovery did.
struct RecoveryReport {
    std::size_t settled_intents = 0;
    std::size_t destroyed_objects = 0;
    std::size_t removed_tombstones = 0;
    std::size_t left_tombstones = 0;  ///< their token could not be reached, or their call is still under way
};

/// Settles what an interrupted change left behind. It never promotes: an uncommitted create is undone, and
/// only objects whose CKA_ID stands in an intent or tombstone are destroyed. Leases keep it off live work,
/// its own process's and a replica's.
class Recovery {
  public:
    /// `is_dead` says of a lease's owner whether that process is known to have ended, so that its leases need
    /// not run out first.
    Recovery(Workplace workplace, std::function<bool(const std::string& owner)> is_dead);

    /// One pass. Throws CatalogueError; a token that can't be reached is left for the next pass.
    RecoveryReport settle();

    /// Renews the leases of what is under way in this process.
    void renew_leases();

  private:
    void bury(const std::vector<Tombstone>& tombstones, RecoveryReport& report);
    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& environment,
                                    const std::string& result) const;

    Workplace workplace_;
    std::function<bool(const std::string&)> is_dead_;
};

}  // namespace keyward::service
