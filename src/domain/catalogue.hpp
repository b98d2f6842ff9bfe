#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"

namespace keyward {

/// The port of the database, implemented by `storage/` with SOCI. Each call is one transaction. Thread-safe.
/// Every method throws CatalogueError when the database fails. A change that throws it was not made, unless
/// the exception is CatalogueOutcomeUnknown.
class Catalogue {
  public:
    Catalogue() = default;
    Catalogue(const Catalogue&) = delete;
    Catalogue& operator=(const Catalogue&) = delete;
    Catalogue(Catalogue&&) = delete;
    Catalogue& operator=(Catalogue&&) = delete;
    virtual ~Catalogue() = default;

    // Projects. create_project returns false when the name is taken; delete_project returns false when the
    // project does not exist or still has keys.
    virtual bool create_project(const std::string& name, const std::vector<std::string>& environments,
                                const AuditRecord& audit) = 0;
    virtual bool delete_project(const std::string& name, const AuditRecord& audit) = 0;
    virtual std::vector<Project> projects() = 0;
    virtual std::optional<Project> find_project(const std::string& name) = 0;

    // Users. The caller computes the password hash; empty for a user without a password.
    virtual bool create_user(const std::string& name, const std::string& password_hash,
                             const AuditRecord& audit) = 0;
    virtual bool delete_user(const std::string& name, const AuditRecord& audit) = 0;
    virtual std::vector<User> users() = 0;
    virtual std::optional<User> find_user(const std::string& name) = 0;
    virtual std::optional<Credentials> find_credentials(const std::string& user_name) = 0;

    // Grants. Adding an existing grant widens its environments (empty: to all). Revoking removes the
    // permission entirely, or for the named environments. revoke_grant returns false when there was nothing
    // to remove.
    virtual void add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) = 0;
    virtual bool revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) = 0;
    virtual std::vector<Grant> grants_of(const std::string& user_id) = 0;

    // Bearer tokens, identified by the SHA-256 of their text (lower-case hex). create_api_token returns the
    // token's id.
    virtual std::string create_api_token(const std::string& user_id, const std::string& name,
                                         const std::string& hash, std::optional<Instant> expires_at,
                                         const AuditRecord& audit) = 0;
    virtual bool revoke_api_token(const std::string& id, const AuditRecord& audit) = 0;
    virtual std::vector<ApiToken> api_tokens() = 0;
    virtual std::optional<Identity> find_identity(const std::string& hash) = 0;
    /// Removes the tokens of this name that expired before `before`. For the tokens that logins create, which
    /// are never revoked.
    virtual void remove_expired_tokens(const std::string& name, Instant before) = 0;

    /// Grows with every change that can invalidate a token, user, grant or project that was read before;
    /// additions do not change it.
    virtual std::int64_t access_version() = 0;

    // Keys.
    /// Writes the key (state `creating`, without its deployments) and its intents. Returns false, and writes
    /// nothing, when the project has a key of that name in any state.
    virtual bool begin_create(const Key& key, const std::vector<Intent>& intents,
                              const AuditRecord& audit) = 0;

    /// Makes the key `active` with the deployments in `key`, turns the intents of objects that no deployment
    /// names into tombstones (except the clean ones), and ends all its intents. Returns false, and writes
    /// nothing, when an intent no longer belongs to the owner: another process resolved it after its lease
    /// ran out.
    virtual bool commit_create(const Key& key, const ChangeResolution& resolution,
                               const AuditRecord& audit) = 0;

    /// Writes the intents of a change of an active key. Existing intents of any owner, another revision, or a
    /// key that is being deleted are a conflict; nothing is written then.
    virtual Begin begin_update(const std::string& key_id, std::int64_t revision,
                               const std::vector<Intent>& intents, const AuditRecord& audit) = 0;

    /// Replaces the key's fields with those of `key`, and the deployments of the `changed` environments with
    /// those in `key`; increments the revision. The replaced objects become tombstones of the owner, which
    /// are returned; unnamed intents are handled as in commit_create. Returns nothing, and writes nothing,
    /// when the key has intents of another owner, or lacks one that `key` needs. A change without new objects
    /// needs no begin_update, but the key must be at `key.revision` and have no intents.
    virtual std::optional<std::vector<Tombstone>> commit_update(const Key& key,
                                                                const std::set<std::string>& changed,
                                                                const ChangeResolution& resolution,
                                                                const AuditRecord& audit) = 0;

    /// Takes back a change: its intents become tombstones except the clean ones, and a key that is still
    /// `creating` is removed. Returns false, and writes nothing, when the key has no intents of the owner
    /// (any more).
    virtual bool abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                                const AuditRecord& audit) = 0;

    /// Marks the key (or, with `environment`, that deployment) as `deleting`, and writes tombstones of
    /// `owner` for its objects. Deployments without an object are removed at once, and so is a key of which
    /// nothing is left. When it is already `deleting`, its tombstones are returned again. Intents are a
    /// conflict, and so is another revision of a key that is not `deleting`, or an environment where the key
    /// is not deployed.
    virtual KeyDeletion begin_deletion(const std::string& key_id, std::int64_t revision,
                                       const std::optional<std::string>& environment,
                                       const std::string& owner, Instant lease_until,
                                       const AuditRecord& audit) = 0;

    virtual std::optional<Key> find_key(const std::string& project_id, const std::string& name) = 0;
    /// The revision of a key that is not `creating`. One index lookup, made for every use of a key.
    virtual std::optional<KeyRevision> find_revision(const std::string& project_id,
                                                     const std::string& name) = 0;
    /// Sorted by the octets of the name, without keys that are `creating`.
    virtual std::vector<Key> list_keys(const KeyQuery& query) = 0;
    /// As list_keys, but returns only the revisions.
    virtual std::vector<KeyRevision> list_revisions(const KeyQuery& query) = 0;
    /// The objects that an active key's deployments name. Used to find out whether a commit whose answer was
    /// lost went through.
    virtual std::set<ObjectId> objects_of(const std::string& key_id) = 0;

    // Idempotent requests.
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

    // Tokens of environments.
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

    // Drift.
    /// What the token of an environment should hold: the objects of all deployments that name one, sorted by
    /// id. At most `limit` of those whose ids sort after `after`.
    virtual std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                         const std::optional<ObjectId>& after,
                                                         std::size_t limit) = 0;
    /// The ids of at most `limit` objects that the environment's present token should hold; always the same
    /// ones as long as they are deployed.
    virtual std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) = 0;
    /// A deployed object is missing from its token: the deployment becomes `failed` and keeps the object's
    /// id. Returns false when it is not deployed.
    virtual bool mark_missing(const ObjectId& id, const std::string& failure, const AuditRecord& audit) = 0;
    /// The environment's token holds the object: `failed` becomes `deployed`, and the object no longer
    /// belongs to another token. Returns false when that was known.
    virtual bool mark_found(const ObjectId& id, const AuditRecord& audit) = 0;
    /// The environment's token holds the object of a tombstone that waited for another token.
    virtual bool reclaim_tombstone(const ObjectId& id, const AuditRecord& audit) = 0;
    /// Adopts an object that the catalogue does not know: as an active key with one deployment, or as another
    /// deployment of an existing key with the same type and algorithm and, in another environment, the same
    /// check value or public key. Returns false when there is a key of another kind or content, or one that
    /// is deployed there.
    virtual bool adopt_key(const Key& key, const AuditRecord& audit) = 0;

    // Recovery.
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
    /// Keeps other processes away from objects whose calls are still running in this process.
    virtual void renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                              Instant lease_until) = 0;
    /// The owners of leases on intents, tombstones or attempts; expire_leases ends all leases of one owner.
    /// For owners known to be dead.
    virtual std::set<std::string> lease_owners() = 0;
    virtual void expire_leases(const std::string& owner) = 0;
    virtual std::vector<Tombstone> tombstones() = 0;
    virtual std::vector<Intent> intents() = 0;

    /// Writes an audit record alone, for actions that change a token but not the catalogue.
    virtual void record(const AuditRecord& audit) = 0;
    /// The newest `limit` records of the audit trail, oldest first.
    virtual std::vector<AuditRecord> audit_trail(std::size_t limit) = 0;

    /// Whether the change of a CatalogueOutcomeUnknown was committed. Waits for one that is still in
    /// progress.
    virtual bool was_committed(const std::string& change_id) = 0;

    /// Readiness check: writes a row that belongs to the owner and reads what requests read. Uses a
    /// connection of its own. Only one thread at a time waits in it.
    virtual void probe(const std::string& owner, Instant now) = 0;
};

}  // namespace keyward
