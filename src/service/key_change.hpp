#pragma once

#include <optional>
#include <string>
#include <vector>

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

/// The environment of the first entry that the caller can't reach: to put a key there, or to see it where the
/// entry has no new key. Nothing when all can be reached. An entry without a name is another mistake.
std::optional<std::string> first_closed_environment(const Workplace& workplace, const Caller& caller,
                                                    const Project& project,
                                                    const std::vector<EnvironmentEntry>& entries);

/// What belongs to a key as a whole is changed by those alone who may manage and deploy it in every
/// environment where it is deployed, or, where it is deployed nowhere, in one of the project's. Throws
/// ServiceError (forbidden).
void require_in_every_environment(const Caller& caller, const Project& project, const Key& key);

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
