#pragma once

#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "keys/key_material.hpp"
#include "service/mechanisms.hpp"
#include "service/permissions.hpp"

namespace keyward::service {

/// The database failed; the text is for the log.
class CatalogueError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Project {
    std::string id;
    std::string name;
    std::vector<std::string> environments;  ///< by name, in the order they were given
};

struct User {
    std::string id;
    std::string name;
};

struct ApiToken {
    std::string id;
    std::string user_name;
    std::string name;
    Instant created_at{};
    std::optional<Instant> expires_at;
    bool revoked = false;
};

/// Who a bearer token stands for.
struct Identity {
    std::string user_id;
    std::string user_name;
    std::optional<Instant> expires_at;
    bool revoked = false;
};

/// One permission of one user. `project_id` is empty for a grant that holds everywhere (ROLE_ADMIN);
/// `environments` empty means all.
struct Grant {
    std::string project_id;
    Permission permission;
    std::set<std::string> environments;
};

/// `creating`: its first import has not been committed, so it is not there for readers, but its name is
/// taken.
enum class KeyState { creating, active, deleting };
enum class DeploymentState { deployed, failed, deleting };

/// A key in one environment. The object's CKA_ID is there only while there is an object.
struct Deployment {
    std::string environment;
    std::string alias;   ///< what the client asked for; empty when CKA_LABEL is `project/name`
    std::string source;  ///< the field the material came in: `content`, `publicKey`, `privateKey`,
                         ///< `publicKey+privateKey`
    DeploymentState state = DeploymentState::failed;
    std::optional<ObjectId> object_id;
    int size = 0;  ///< bits
    std::string key_check_value;
    std::string public_key_sha256;
    std::string public_key_pem;
    std::string failure;  ///< why it failed, in words for the client
};

struct Key {
    std::string id;
    std::string project_id;
    std::string name;
    std::string description;
    keys::KeyType type = keys::KeyType::secret;
    keys::Algorithm algorithm = keys::Algorithm::aes;
    MechanismList mechanisms;
    KeyState state = KeyState::creating;
    Instant created_at{};
    Instant updated_at{};
    std::vector<Deployment> deployments;  ///< in the order of the request that made them
};

/// What is about to be made in a token: written before the token is touched.
struct Intent {
    ObjectId object_id;
    std::string key_id;
    std::string environment;
    std::string owner;      ///< the process that is at work on it
    Instant lease_until{};  ///< before then only the owner touches it
};

/// An object that must go from a token, and may be there or not.
struct Tombstone {
    ObjectId object_id;
    std::string environment;
    std::string owner;
    Instant lease_until{};  ///< before then only the owner touches it: its call may still be under way
};

/// Who did what: written in the transaction of the change it tells of.
struct AuditRecord {
    Instant at{};
    std::string actor;  ///< user name, or `keyward` for what the service does on its own
    std::string request_id;
    std::string action;  ///< `key.create`, `key.create.commit`, `grant.add` …
    std::string project;
    std::string key;
    std::vector<std::string> environments;
    std::string result;
};

/// What the service needs of a database: the port that `storage/` implements with SOCI and `tests/fakes` in
/// memory. Each call is one transaction. Any thread may call. All throw CatalogueError when the database
/// fails.
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

    // Keys.
    /// Writes the key (`creating`, without its deployments) and its intents. False when the project has a key
    /// of that name, in any state. Nothing is written then.
    virtual bool begin_create(const Key& key, const std::vector<Intent>& intents,
                              const AuditRecord& audit) = 0;

    /// Makes the key `active` with the deployments that stand in `key`, turns the intents of objects that no
    /// deployment names into tombstones (those in `clean` are known to have left nothing and need none), and
    /// ends all its intents. False, and nothing written, when an intent is no longer `owner`'s: somebody
    /// settled it after its lease ran out.
    virtual bool commit_create(const Key& key, const std::string& owner, const std::set<ObjectId>& clean,
                               Instant tombstone_lease, const AuditRecord& audit) = 0;

    /// Takes back a key that is still `creating`: its row goes, its intents become tombstones except those in
    /// `clean`. False, and nothing written, when it is not `creating` any more or not `owner`'s.
    virtual bool abandon_create(const std::string& key_id, const std::string& owner,
                                const std::set<ObjectId>& clean, Instant tombstone_lease,
                                const AuditRecord& audit) = 0;

    virtual std::optional<Key> find_key(const std::string& project_id, const std::string& name) = 0;
    /// By id, whatever its state: for finding out whether a commit whose answer was lost went through.
    virtual std::optional<KeyState> key_state(const std::string& key_id) = 0;

    // Recovery.
    /// Takes over every intent whose lease ran out before `now`: keys that are still `creating` go, their
    /// intents become tombstones of `owner` with `lease_until`. Returns how many intents there were.
    virtual std::size_t settle_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                               const AuditRecord& audit) = 0;
    /// Tombstones that are `owner`'s to work on at `now`: their lease has run out, or is its own. Takes a
    /// lease on them.
    virtual std::vector<Tombstone> claim_tombstones(Instant now, const std::string& owner,
                                                    Instant lease_until) = 0;
    /// The object is gone for certain.
    virtual void remove_tombstone(const ObjectId& id, const AuditRecord& audit) = 0;
    /// Keeps others away from objects whose calls are still under way in this process.
    virtual void renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                              Instant lease_until) = 0;
    /// Who holds leases on intents or tombstones, and the end of all leases of one of them: for owners known
    /// to be dead.
    virtual std::set<std::string> lease_owners() = 0;
    virtual void expire_leases(const std::string& owner) = 0;
    virtual std::vector<Tombstone> tombstones() = 0;
    virtual std::vector<Intent> intents() = 0;

    /// The audit trail, oldest first, of the newest `limit` records.
    virtual std::vector<AuditRecord> audit_trail(std::size_t limit) = 0;

    /// A sign of life, for readiness.
    virtual void ping() = 0;
};

}  // namespace keyward::service
