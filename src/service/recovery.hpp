#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "service/workplace.hpp"

namespace keyward::service {

/// What a pass of recovery did.
struct RecoveryReport {
    std::size_t settled_intents = 0;
    std::size_t destroyed_objects = 0;
    std::size_t removed_tombstones = 0;
    std::size_t left_tombstones = 0;  ///< their token is out of reach, their call is still under way, or it
                                      ///< may still be finished by an HSM whose caller has died
    std::vector<std::string> failed_lookups;          ///< why nothing was destroyed in this pass
    std::map<std::string, std::string> out_of_reach;  ///< environments that were passed over, and why
};

/// Settles what an interrupted change left behind. It never promotes: an uncommitted change is undone, and
/// only objects whose CKA_ID stands in an intent or tombstone are destroyed. First all of them are looked up;
/// when one lookup fails, nothing at all is destroyed. Leases keep it off live work, its own process's and a
/// replica's. One thread at a time may call `settle`.
class Recovery {
  public:
    /// `is_dead` says of a lease's owner whether that process is known to have ended, so that its leases need
    /// not run out first.
    Recovery(Workplace workplace, std::function<bool(const std::string& owner)> is_dead);

    /// Told how far a long pass is.
    using Progress = std::function<void(std::size_t done, std::size_t total)>;

    /// One pass. Throws CatalogueError; a token that can't be reached is left for the next pass.
    RecoveryReport settle(const Progress& progress = {});

    /// Renews the leases of what is under way in this process.
    void renew_leases();

  private:
    struct Found {
        Tombstone tombstone;
        std::size_t objects;
    };
    std::vector<Found> look_up(const std::vector<Tombstone>& tombstones, RecoveryReport& report) const;
    static bool answers(Environment& environment, RecoveryReport& report);
    bool bury(const Found& found, RecoveryReport& report);
    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& environment,
                                    const std::string& result) const;

    Workplace workplace_;
    std::function<bool(const std::string&)> is_dead_;
};

}  // namespace keyward::service
