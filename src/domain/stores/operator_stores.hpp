#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// Which token holds the keys of an environment, by its serial number.
class TokenPinStore : public Store {
  public:
    /// Records `serial` as the serial number of the token that holds the environment's keys, unless one is
    /// recorded already. Returns the recorded one.
    virtual std::string pin_token(const std::string& environment, const std::string& serial,
                                  const AuditRecord& audit) = 0;
    /// The recorded serial number, if any.
    virtual std::optional<std::string> pinned_token(const std::string& environment) = 0;
    /// The token with the recorded serial number was initialized again and keeps that number. Its former
    /// objects are recorded under the serial number `former` from now on, as repin_token does for another
    /// token.
    virtual void retire_token(const std::string& environment, const std::string& former,
                              const AuditRecord& audit) = 0;
    /// Pins the environment to this token from now on. Records of objects in the previous token wait until
    /// that token is pinned again, or the objects are found in this one: tombstones of its objects are not
    /// worked on, and deployments carry its serial number. Undeploying such a deployment removes its row at
    /// once and leaves the tombstone waiting.
    virtual void repin_token(const std::string& environment, const std::string& serial,
                             const AuditRecord& audit) = 0;
};

/// The audit trail. Every other change writes its record in its own transaction.
class AuditLog : public Store {
  public:
    /// Writes an audit record alone, for actions that change a token but not the catalogue.
    virtual void record(const AuditRecord& audit) = 0;
    /// The newest `limit` records of the audit trail, oldest first.
    virtual std::vector<AuditRecord> audit_trail(std::size_t limit) = 0;
    /// Whether the change of a CatalogueOutcomeUnknown was committed. Waits for one that is still in
    /// progress.
    virtual bool was_committed(const std::string& change_id) = 0;
};

/// The readiness check of the database.
class CatalogueProbe : public Store {
  public:
    /// Readiness check: writes a row that belongs to the owner and reads what requests read. Uses a
    /// connection of its own. Only one thread at a time waits in it.
    virtual void probe(const std::string& owner, Instant now) = 0;
};

}  // namespace keyward
