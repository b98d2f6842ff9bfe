#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// Keys with their deployments, and their changes.
class KeyStore : public Store {
  public:
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
    /// What the token of an environment should hold: the objects of all deployments that name one, sorted by
    /// id. At most `limit` of those whose ids sort after `after`.
    virtual std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                         const std::optional<ObjectId>& after,
                                                         std::size_t limit) = 0;
};

/// What a scan of a token changes in the catalogue.
class DeploymentStore : public Store {
  public:
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
};

}  // namespace keyward
