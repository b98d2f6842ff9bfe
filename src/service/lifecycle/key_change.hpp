#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/request_origin.hpp"
#include "service/auth/access.hpp"
#include "service/lifecycle/import_batch.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// What creating and updating a key have in common.

/// An environment of the project that is configured and in which the caller may put keys. Throws ServiceError
/// (bad_request) with one text for all reasons why not.
Environment& writable_environment(const ServiceContext& service_context, const Caller& caller,
                                  const Project& project, const std::string& name);

/// The environment of the first entry that the caller can't reach: to put a key there, or to see it where the
/// entry has no new key. Nothing when all can be reached. An entry without a name is another mistake.
std::optional<std::string> first_closed_environment(const ServiceContext& service_context,
                                                    const Caller& caller, const Project& project,
                                                    const std::vector<EnvironmentEntry>& entries);

/// What belongs to a key as a whole is changed by those alone who may manage and deploy it in every
/// environment where it is deployed, or, where it is deployed nowhere, in one of the project's. Throws
/// ServiceError (forbidden).
void require_in_every_environment(const Caller& caller, const Project& project, const Key& key);

/// The settlement, with the answer that is kept for repeats of the request if it asks for that.
ChangeResolution with_answer(const ServiceContext& service_context, ChangeResolution resolution,
                             const Origin& origin, const DeploymentReport& report);

/// A change of a key as it is taken back; `audit` is for that.
UnfinishedChange unfinished_change(const Key& key, const ImportBatch& imports, AuditRecord audit);

/// The commit of a change failed, or found it settled. Abandoning the change decides: only when it is not
/// committed are the new objects destroyed, and their tombstones stand before the first of them goes. Returns
/// whether it is committed all the same.
///
/// When the database can't say what became of it, or can't be told, the change is kept as unfinished: then it
/// throws CatalogueError.
bool was_committed_all_the_same(ServiceContext& service_context, ImportBatch& imports,
                                UnfinishedChange change, const CatalogueError* failure);

/// A change may have begun in the catalogue; no token was touched. When that is not known it is kept as
/// unfinished.
void remember_nothing_made(ServiceContext& service_context, UnfinishedChange change,
                           const CatalogueError& failure);

/// Takes back a change that made nothing. The error of the imports is the client's to know, also when the
/// catalogue can't be told now.
void abandon_or_remember(ServiceContext& service_context, UnfinishedChange change);

/// The change took longer than its lease and was settled by another process.
ServiceError lease_ran_out(const ImportBatch& imports);

}  // namespace keyward::service
