#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/change.hpp"
#include "service/auth/access.hpp"
#include "service/lifecycle/import_batch.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

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

/// One change of a key by a request, from its intents until it is committed or taken back. Used by the
/// thread of that request only; what it refers to must outlive it.
struct KeyChange {
    ServiceContext& service_context;
    const Caller& caller;
    const Project& project;
    const Origin& origin;
    Key key;                    ///< as it is to be
    std::string undone_action;  ///< of the audit record of taking the change back
    ImportBatch imports;

    /// Makes no call yet. Throws ServiceError (bad_request) when the environment is closed to the caller.
    void add_import(const EnvironmentEntry& entry, const PreparedEntry& prepared);

    /// A record of this change; it names the environments of the imports.
    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& result) const;

    /// For the commit, with the answer to store for repeats of a request that has an Idempotency-Key.
    [[nodiscard]] ChangeResolution resolution(const DeploymentReport& report) const;

    /// The change may have begun in the catalogue; no token was touched. When that is not known, the change
    /// is kept as unfinished.
    void remember_nothing_made(const CatalogueError& failure);

    /// Takes back a change that is not to be committed. The client gets the error of the imports even when
    /// the catalogue cannot be updated now.
    void take_back();

    /// The commit failed, or (null) found the change resolved. Abandoning the change decides: the new objects
    /// are destroyed only when it is not committed, and their tombstones are written before the first object
    /// is destroyed. Returns whether it is committed after all.
    ///
    /// When the database cannot say what became of the change, or cannot be reached, the change is kept as
    /// unfinished; then throws CatalogueError.
    bool was_committed_all_the_same(const CatalogueError* failure);

    /// The error of a change that took longer than its lease and was resolved by another process.
    [[nodiscard]] ServiceError lease_ran_out() const;
};

}  // namespace keyward::service
