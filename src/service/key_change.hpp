#pragma once

#include <string>

#include "service/access.hpp"
#include "service/import_batch.hpp"
#include "service/origin.hpp"
#include "service/workplace.hpp"

namespace keyward::service {

/// What creating and updating a key have in common.

/// An environment of the project that is configured and in which the caller may put keys. Throws ServiceError
/// (bad_request) with one text for all reasons why not.
Environment& writable_environment(const Workplace& workplace, const Caller& caller, const Project& project,
                                  const std::string& name);

/// The settlement, with the answer that is kept for repeats of the request if it asks for that.
Settlement with_answer(const Workplace& workplace, Settlement settlement, const Origin& origin,
                       const DeploymentReport& report);

/// The answer of a commit can be lost although it went through. Abandoning the change waits for that commit
/// and decides: only when it was the first are the new objects destroyed, and their tombstones stand before
/// the first of them goes.
bool was_committed_all_the_same(Workplace& workplace, ImportBatch& imports, const std::string& key_id,
                                const AuditRecord& audit);

/// Somebody settled the change because it took longer than its lease: takes back what is left of it, and says
/// so.
ServiceError lease_ran_out(Workplace& workplace, ImportBatch& imports, const std::string& key_id,
                           const AuditRecord& audit);

}  // namespace keyward::service
