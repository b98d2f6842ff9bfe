#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// Intents and tombstones: the objects that are being created and destroyed.
class ChangeLog : public Store {
  public:
    virtual std::vector<Intent> intents() = 0;
    virtual std::vector<Tombstone> tombstones() = 0;
    /// Takes over the intents, whose lease ran out before `now`, of up to `recovery_batch` keys: keys that
    /// are still `creating` are removed, and their intents become tombstones of `owner` with a lease until at
    /// least `lease_until`. Skips keys that another transaction works on. Returns the number of intents.
    virtual std::size_t resolve_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                                const AuditRecord& audit) = 0;
    /// Up to `recovery_batch` tombstones of the environment's present token that the owner may work on: their
    /// lease has run out, or is the owner's, and their object is due for a lookup (Tombstone::look_after).
    /// Takes a lease on them. Sorted by object id; skips those that another transaction works on.
    virtual std::vector<Tombstone> claim_tombstones(const TombstoneClaim& claim) = 0;
    /// The number of tombstones that `claim_tombstones` would give the owner, by environment.
    virtual std::map<std::string, std::size_t> waiting_tombstones(Instant now, const std::string& owner) = 0;
    /// Whether an object may be destroyed. Called right before its destruction: only a condemned object may
    /// be.
    virtual ObjectFate fate_of(const ObjectId& id) = 0;
    /// Writes a tombstone for an object that the caller has made and no record names any more. Returns false
    /// when a deployment names it; an existing tombstone stays as it is.
    virtual bool condemn(const Tombstone& tombstone, const AuditRecord& audit) = 0;
    /// Records that the destruction of a tombstone's object starts now (Tombstone::attempted). begin_deletion
    /// and commit_update record this for the tombstones that they write.
    virtual void begin_destruction(const ObjectId& id) = 0;
    /// Records the result of looking for the object of a tombstone that was not destroyed: the fields of
    /// these names.
    virtual void note_lookup(const ObjectId& id, bool attempted, int absent_looks, Instant look_after) = 0;
    /// Ends a tombstone whose object was not found, at an operator's request, whichever token it waits for;
    /// deployments are handled as in remove_tombstone. Returns false when there is no such tombstone.
    virtual bool give_up_tombstone(const ObjectId& id, const AuditRecord& audit) = 0;
    /// The object is known to be destroyed. A deployment that was `deleting` because of it is removed too,
    /// and with the last one a key that is `deleting`. Does nothing when the tombstone waits for a token that
    /// was replaced.
    virtual void remove_tombstone(const ObjectId& id, const AuditRecord& audit) = 0;
};

/// The leases on intents, tombstones and idempotency records.
class LeaseStore : public Store {
  public:
    /// Keeps other processes away from objects whose calls are still running in this process.
    virtual void renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                              Instant lease_until) = 0;
    /// The owners of leases on intents, tombstones or attempts; expire_leases ends all leases of one owner.
    /// For owners known to be dead.
    virtual std::set<std::string> lease_owners() = 0;
    virtual void expire_leases(const std::string& owner) = 0;
};

/// Requests with an Idempotency-Key, and their responses.
class IdempotencyStore : public Store {
  public:
    /// Claims the Idempotency-Key for this attempt, unless it has an answer from `kept_since` or later, or
    /// another attempt holds it. An attempt whose lease ran out before `now` does not count, nor does one of
    /// the same owner: an owner asks only for a name that it is not working on.
    virtual IdempotencyOutcome begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                             Instant kept_since) = 0;
    /// Stores the answer of an attempt of the owner.
    virtual void keep_answer(const StoredResponse& answer) = 0;
    /// Removes an attempt of the owner that has no answer.
    virtual void end_attempt(const std::string& user_id, const std::string& key,
                             const std::string& owner) = 0;
    /// Renews the leases of the attempts that the owner is working on.
    virtual void renew_attempts(const std::string& owner, const std::set<IdempotencyName>& names,
                                Instant lease_until) = 0;
    virtual void forget_answers(Instant before) = 0;
};

}  // namespace keyward
