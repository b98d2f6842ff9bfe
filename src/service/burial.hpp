#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/failure_code.hpp"
#include "service/workplace.hpp"

namespace keyward::service {

/// Why an object was not destroyed, for people and for programs.
struct BurialFailure {
    std::string message;
    FailureCode code;
};

/// Destroys the objects that tombstones name, in all their environments at once, and removes the tombstones
/// of those that are gone for certain. What can't be reached stays for recovery. Used by the request that
/// made the tombstones, right after its transaction. Throws nothing.
///
/// Returns for each tombstone why its object is still there, in its order; nothing when it is gone.
std::vector<std::optional<BurialFailure>> bury(Workplace& workplace, const std::vector<Tombstone>& tombstones,
                                               const AuditRecord& audit);

}  // namespace keyward::service
