#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// What recovery did.
struct RecoveryReport {
    std::size_t settled_intents = 0;
    std::size_t destroyed_objects = 0;
    std::size_t removed_tombstones = 0;
    std::size_t left_tombstones = 0;  ///< their token is out of reach, their call is still under way, or it
                                      ///< may still be finished by an HSM whose caller has died
    std::vector<std::string> failed_lookups;  ///< why nothing was destroyed in a pass, `environment: reason`
    std::map<std::string, std::string> out_of_reach;  ///< environments that were passed over, and why
};

/// Settles what an interrupted change left behind. It never promotes: an uncommitted change is undone, and
/// only objects whose CKA_ID stands in an intent or tombstone are destroyed.
///
/// Each environment is worked on by itself, in passes of at most `recovery_batch` tombstones. A pass first
/// looks all of them up; when one lookup fails, nothing is destroyed in that environment. Leases keep
/// recovery off live work, its own process's and a replica's; those of a pass are renewed while it lasts, and
/// what it leaves is free for other replicas.
///
/// Different threads may work on different environments, and settle intents, at the same time. A stop that is
/// requested is seen between two calls to a token.
class Recovery {
  public:
    /// `is_dead` says of a lease's owner whether that process is known to have ended, so that its leases need
    /// not run out first.
    Recovery(ServiceContext service_context, std::function<bool(const std::string& owner)> is_dead);

    /// Told how far a long run is.
    using Progress = std::function<void(std::size_t done, std::size_t total)>;

    /// Everything, one environment after the other. Throws CatalogueError; a token that can't be reached is
    /// left for the next time.
    RecoveryReport resolve(const Progress& progress = {}, const std::stop_token& stop = {});

    /// The catalogue's part, which touches no token: takes back up to `recovery_batch` interrupted changes,
    /// whose objects become tombstones. Returns how many intents there were, 0 when none is left. Throws
    /// CatalogueError.
    std::size_t settle_intents();

    /// The number of tombstones that wait in each environment. Throws CatalogueError.
    std::map<std::string, std::size_t> waiting_tombstones();

    /// One environment's part: destroys the objects of its tombstones, pass after pass. `done` hears of each
    /// tombstone. Throws CatalogueError.
    RecoveryReport destroy_tombstoned(const std::string& environment, const std::stop_token& stop = {},
                                      const std::function<void()>& done = {});

    /// Renews the leases of what is under way in this process.
    void renew_leases();

  private:
    class Pass;

    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& environment,
                                    const std::string& result) const;

    ServiceContext service_context_;
    std::function<bool(const std::string&)> is_dead_;
};

}  // namespace keyward::service
