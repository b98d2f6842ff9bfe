#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/request_origin.hpp"
#include "service/auth/access.hpp"
#include "service/lifecycle/import_batch.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// Shared by the creation and update of a key.

/// A configured environment of the project in which the caller may create keys. Throws ServiceError
/// (bad_request) with the same text for every reason.
Environment& writable_environment(const ServiceContext& service_context, const Caller& caller,
                                  const Project& project, const std::string& name);

/// The environment of the first entry that the caller cannot reach: to put a key there, or to see it where
/// the entry has no new key. Nothing when all can be reached. An entry without a name is another mistake.
std::optional<std::string> first_closed_environment(const ServiceContext& service_context,
                                                    const Caller& caller, const Project& project,
                                                    const std::vector<EnvironmentEntry>& entries);

/// Properties of a key as a whole may be changed only by callers that may manage and deploy it in every
/// environment where it is deployed, or, where it is deployed nowhere, in one of the project's. Throws
/// ServiceError (forbidden).
void require_in_every_environment(const Caller& caller, const Project& project, const Key& key);

/// The resolution, with the answer to store for repeats of the request if it has an Idempotency-Key.
ChangeResolution with_answer(const ServiceContext& service_context, ChangeResolution resolution,
                             const Origin& origin, const DeploymentReport& report);

/// The record used to take back a change of a key; `audit` describes taking it back.
UnfinishedChange unfinished_change(const Key& key, const ImportBatch& imports, AuditRecord audit);

/// The commit of a change failed, or found it resolved. Abandoning the change decides: the new objects are
/// destroyed only when it is not committed, and their tombstones are written before the first object is
/// destroyed. Returns whether it is committed after all.
///
/// When the database cannot say what became of the change, or cannot be reached, the change is kept as
/// unfinished; then throws CatalogueError.
bool was_committed_all_the_same(ServiceContext& service_context, ImportBatch& imports,
                                UnfinishedChange change, const CatalogueError* failure);

/// A change may have begun in the catalogue; no token was touched. When that is not known, the change is kept
/// as unfinished.
void remember_nothing_made(ServiceContext& service_context, UnfinishedChange change,
                           const CatalogueError& failure);

/// Takes back a change that made nothing. The client gets the error of the imports even when the catalogue
/// cannot be updated now.
void abandon_or_remember(ServiceContext& service_context, UnfinishedChange change);

/// The change took longer than its lease and was resolved by another process.
ServiceError lease_ran_out(const ImportBatch& imports);

}  // namespace keyward::service
