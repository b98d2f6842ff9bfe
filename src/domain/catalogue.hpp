#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"

namespace keyward {

/// What the service needs of a database: the port that `storage/` implements with SOCI and `tests/fakes` in
/// memory. Each call is one transaction. Any thread may call. All throw CatalogueError when the database
/// fails. A change that throws it was not made, unless it throws CatalogueOutcomeUnknown.
class Catalogue {
  public:
    Catalogue() = default;
    Catalogue(const Catalogue&) = delete;
    Catalogue& operator=(const Catalogue&) = delete;
    Catalogue(Catalogue&&) = delete;
    Catalogue& operator=(Catalogue&&) = delete;
    virtual ~Catalogue() = default;

    // Projects. create_project and delete_project return false when the name is taken, or is not there or
    // still has keys.
    virtual bool create_project(const std::string& name, const std::vector<std::string>& environments,
                                const AuditRecord& audit) = 0;
    virtual bool delete_project(const std::string& name, const AuditRecord& audit) = 0;
    virtual std::vector<Project> projects() = 0;
    virtual std::optional<Project> find_project(const std::string& name) = 0;

    // Users. A password hash is whatever the caller made of it; empty for none.
    virtual bool create_user(const std::string& name, const std::string& password_hash,
                             const AuditRecord& audit) = 0;
    virtual bool delete_user(const std::string& name, const AuditRecord& audit) = 0;
    virtual std::vector<User> users() = 0;
    virtual std::optional<User> find_user(const std::string& name) = 0;
    virtual std::optional<Credentials> find_credentials(const std::string& user_name) = 0;

    // Grants. Adding one that is there widens its environments (empty: to all); revoking takes the permission
    // away whole, or for the named environments. revoke_grant returns false when there was nothing to take.
    virtual void add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) = 0;
    virtual bool revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) = 0;
    virtual std::vector<Grant> grants_of(const std::string& user_id) = 0;

    // Bearer tokens, known by the SHA-256 of their text (lower-case hex). Returns the token's id.
    virtual std::string create_api_token(const std::string& user_id, const std::string& name,
                                         const std::string& hash, std::optional<Instant> expires_at,
                                         const AuditRecord& audit) = 0;
    virtual bool revoke_api_token(const std::string& id, const AuditRecord& audit) = 0;
    virtual std::vector<ApiToken> api_tokens() = 0;
    virtual std::optional<Identity> find_identity(const std::string& hash) = 0;
    /// Removes the tokens of this name that ended before; for those that logins make, which nobody revokes.
    virtual void remove_expired_tokens(const std::string& name, Instant before) = 0;

    /// Grows with every change after which a token, a user, a grant or a project that was read before may no
    /// longer hold; not when one is only added.
    virtual std::int64_t access_version() = 0;

    // Keys.
    /// Writes the key (`creating`, without its deployments) and its intents. False when the project has a key
    /// of that name, in any state. Nothing is written then.
    virtual bool begin_create(const Key& key, const std::vector<Intent>& intents,
                              const AuditRecord& audit) = 0;

    /// Makes the key `active` with the deployments that stand in `key`, turns the intents of objects that no
    /// deployment names into tombstones (but for the clean ones), and ends all its intents. False, and
    /// nothing written, when an intent is no longer the owner's: somebody settled it after its lease ran out.
    virtual bool commit_create(const Key& key, const ChangeResolution& resolution,
                               const AuditRecord& audit) = 0;

    /// Writes the intents of a change of an active key. Intents that are there, whosever, another revision,
    /// or a key that is being deleted are a conflict. Nothing is written then.
    virtual Begin begin_update(const std::string& key_id, std::int64_t revision,
                               const std::vector<Intent>& intents, const AuditRecord& audit) = 0;

    /// Makes the key say what `key` says, with the deployments of the `changed` environments replaced by
    /// those that stand there, and its revision one more. Their old objects become tombstones of the owner,
    /// which are returned; unnamed intents as in commit_create. Nothing, and nothing written, when the key
    /// has intents that are not the owner's, or lacks one that `key` needs. Without new objects no
    /// begin_update is needed, but the key must be at `key.revision` then, and have no intents.
    virtual std::optional<std::vector<Tombstone>> commit_update(const Key& key,
                                                                const std::set<std::string>& changed,
                                                                const ChangeResolution& resolution,
                                                                const AuditRecord& audit) = 0;

    /// Takes back a change: its intents become tombstones except the clean ones, and a key that is still
    /// `creating` goes. False, and nothing written, when it has no intents of the owner's (any more).
    virtual bool abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                                const AuditRecord& audit) = 0;

    /// Marks the key (or, with `environment`, that deployment) as `deleting`, and writes tombstones of
    /// `owner` for its objects; deployments without an object go at once, and so does a key of which nothing
    /// is left. For what is `deleting` already, its tombstones are returned again. Intents, and for a key
    /// that is not `deleting` another revision, are a conflict; so is an environment where the key is not
    /// deployed.
    virtual KeyDeletion begin_deletion(const std::string& key_id, std::int64_t revision,
                                       const std::optional<std::string>& environment,
                                       const std::string& owner, Instant lease_until,
                                       const AuditRecord& audit) = 0;

    virtual std::optional<Key> find_key(const std::string& project_id, const std::string& name) = 0;
    /// Where a key stands that is not `creating`; one lookup by an index, for every use of a key.
    virtual std::optional<KeyRevision> find_revision(const std::string& project_id,
                                                     const std::string& name) = 0;
    /// By name in the order of its octets, without those that are `creating`.
    virtual std::vector<Key> list_keys(const KeyQuery& query) = 0;
    /// The same, but only where each key stands.
    virtual std::vector<KeyRevision> list_revisions(const KeyQuery& query) = 0;
    /// The objects that an active key's deployments name: for finding out whether a commit whose answer was
    /// lost went through.
    virtual std::set<ObjectId> objects_of(const std::string& key_id) = 0;

    // Repeats of requests.
    /// Takes the Idempotency-Key for this attempt, unless an answer from `kept_since` or later stands under
    /// it, or another attempt holds it. One whose lease ran out before `now` holds it no more, nor does one
    /// of the same owner: an owner asks only for a name that it does not have in hand.
    virtual IdempotencyOutcome begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                             Instant kept_since) = 0;
    /// Keeps the answer of an attempt that is the owner's.
    virtual void keep_answer(const StoredResponse& answer) = 0;
    /// Forgets an attempt of the owner's that has no answer.
    virtual void end_attempt(const std::string& user_id, const std::string& key,
                             const std::string& owner) = 0;
    /// Of the attempts that the owner has in hand.
    virtual void renew_attempts(const std::string& owner, const std::set<IdempotencyName>& names,
                                Instant lease_until) = 0;
    virtual void forget_answers(Instant before) = 0;

    // Tokens of environments.
    /// Which token, by its serial number, holds the environment's keys: this one, unless one is recorded
    /// already. Returns the recorded one.
    virtual std::string pin_token(const std::string& environment, const std::string& serial,
                                  const AuditRecord& audit) = 0;
    /// The recorded one, if there is one.
    virtual std::optional<std::string> pinned_token(const std::string& environment) = 0;
    /// The token with the recorded serial number was initialised again, and keeps that number. What it held
    /// before is from now on recorded under the serial number `former`, as repin_token does for another one.
    virtual void retire_token(const std::string& environment, const std::string& former,
                              const AuditRecord& audit) = 0;
    /// From now on it is this one. What the one before holds waits until that is the environment's again, or
    /// is found in this one: tombstones of its objects are not worked on, and deployments say its serial
    /// number. Undeploying such a deployment takes its row away at once and leaves the tombstone waiting.
    virtual void repin_token(const std::string& environment, const std::string& serial,
                             const AuditRecord& audit) = 0;

    // Drift.
    /// What the token of an environment should hold: objects of all deployments that name one, ordered by
    /// their ids. At most so many of those whose ids sort behind `after`.
    virtual std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                         const std::optional<ObjectId>& after,
                                                         std::size_t limit) = 0;
    /// The ids of at most so many objects that the environment's present token should hold, always the same
    /// ones as long as they are deployed.
    virtual std::vector<ObjectId> deployed_objects(const std::string& environment, std::size_t limit) = 0;
    /// A deployed object is not in its token: the deployment becomes `failed` and keeps the object's id.
    /// False when it is not deployed.
    virtual bool mark_missing(const ObjectId& id, const std::string& failure, const AuditRecord& audit) = 0;
    /// The environment's token holds it: `failed` becomes `deployed`, and it is no other token's any more.
    /// False when that was known.
    virtual bool mark_found(const ObjectId& id, const AuditRecord& audit) = 0;
    /// The environment's token holds the object of a tombstone that waited for another one.
    virtual bool reclaim_tombstone(const ObjectId& id, const AuditRecord& audit) = 0;
    /// Takes an object that the catalogue does not know: as an active key with one deployment, or as
    /// another deployment of the key that is there with the same type and algorithm and, in another
    /// environment, the same check value or public key. False when there is a key of another kind or content,
    /// or one that is deployed there.
    virtual bool adopt_key(const Key& key, const AuditRecord& audit) = 0;

    // Recovery.
    /// Takes over the intents, whose lease ran out before `now`, of up to `recovery_batch` keys: keys that
    /// are still `creating` go, their intents become tombstones of `owner` that last at least until
    /// `lease_until`. Keys that another transaction works on are passed over. Returns how many intents there
    /// were.
    virtual std::size_t resolve_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                                const AuditRecord& audit) = 0;
    /// Up to `recovery_batch` tombstones of the environment's present token that are the owner's to work on:
    /// their lease has run out, or is its own, and their object is due to be looked for
    /// (Tombstone::look_after). Takes a lease on them. In the order of their objects' ids;
    /// those that another transaction works on are passed over.
    virtual std::vector<Tombstone> claim_tombstones(const TombstoneClaim& claim) = 0;
    /// How many tombstones `claim_tombstones` would give the owner, by environment.
    virtual std::map<std::string, std::size_t> waiting_tombstones(Instant now, const std::string& owner) = 0;
    /// What is to become of an object. Asked right before it is destroyed: only a condemned one may be.
    virtual ObjectFate fate_of(const ObjectId& id) = 0;
    /// Writes a tombstone for an object that the caller has made and nothing names any more. False when a
    /// deployment names it; a tombstone that is there stays as it is.
    virtual bool condemn(const Tombstone& tombstone, const AuditRecord& audit) = 0;
    /// The destruction of a tombstone's object is about to be begun: Tombstone::attempted. begin_deletion and
    /// commit_update say so of the tombstones that they write.
    virtual void begin_destruction(const ObjectId& id) = 0;
    /// What came of looking for the object of a tombstone that was not destroyed: the fields of these names.
    virtual void note_lookup(const ObjectId& id, bool attempted, int absent_looks, Instant look_after) = 0;
    /// Ends a tombstone whose object was not found, on an operator's word, in whichever token it waits for;
    /// what remove_tombstone says of deployments holds. False when there is none.
    virtual bool give_up_tombstone(const ObjectId& id, const AuditRecord& audit) = 0;
    /// The object is gone for certain. A deployment that was `deleting` for its sake goes too, and with the
    /// last one a key that is `deleting`. Nothing happens when it waits for a token that was replaced.
    virtual void remove_tombstone(const ObjectId& id, const AuditRecord& audit) = 0;
    /// Keeps others away from objects whose calls are still under way in this process.
    virtual void renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                              Instant lease_until) = 0;
    /// Who holds leases on intents, tombstones or attempts, and the end of all leases of one of them: for
    /// owners known to be dead.
    virtual std::set<std::string> lease_owners() = 0;
    virtual void expire_leases(const std::string& owner) = 0;
    virtual std::vector<Tombstone> tombstones() = 0;
    virtual std::vector<Intent> intents() = 0;

    /// Writes an audit record alone, for what changes a token and nothing here.
    virtual void record(const AuditRecord& audit) = 0;
    /// The audit trail, oldest first, of the newest `limit` records.
    virtual std::vector<AuditRecord> audit_trail(std::size_t limit) = 0;

    /// Whether the change of a CatalogueOutcomeUnknown was committed; waits for one that is still in
    /// progress.
    virtual bool was_committed(const std::string& change_id) = 0;

    /// Writes a row of the owner's own and reads what requests read, for readiness. Has a connection of its
    /// own. One thread at a time waits in it.
    virtual void probe(const std::string& owner, Instant now) = 0;
};

}  // namespace keyward
