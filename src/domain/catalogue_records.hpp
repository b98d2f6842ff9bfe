#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "domain/mechanisms.hpp"
#include "domain/permissions.hpp"
#include "keys/key_material.hpp"

namespace keyward {

/// The database failed. The text is for the log.
class CatalogueError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The answer of a commit was lost, and the database cannot say yet whether it was committed.
/// Catalogue::was_committed answers for this id as soon as the database responds again.
class CatalogueOutcomeUnknown : public CatalogueError {
  public:
    CatalogueOutcomeUnknown(const std::string& text, std::string change_id)
        : CatalogueError(text), change_id_(std::move(change_id)) {}

    /// Empty when the change has none: the caller may repeat it.
    [[nodiscard]] const std::string& change_id() const { return change_id_; }

  private:
    std::string change_id_;
};

struct Project {
    std::string id;
    std::string name;
    std::vector<std::string> environments;  ///< by name, in the order given
};

struct User {
    std::string id;
    std::string name;
};

/// What a password is checked against. The hash is empty for a user without a password.
struct Credentials {
    User user;
    std::string password_hash;
};

struct ApiToken {
    std::string id;
    std::string user_name;
    std::string name;
    Instant created_at{};
    std::optional<Instant> expires_at;
    bool revoked = false;
};

/// The user that a bearer token identifies.
struct Identity {
    std::string user_id;
    std::string user_name;
    std::optional<Instant> expires_at;
    bool revoked = false;
};

/// One permission of one user. An empty `project_id` means a grant that holds everywhere (ROLE_ADMIN); empty
/// `environments` means all.
struct Grant {
    std::string project_id;
    Permission permission;
    std::set<std::string> environments{};
};

/// `creating`: the first import has not been committed. Readers do not see the key, but its name is taken.
enum class KeyState { creating, active, deleting };
enum class DeploymentState { deployed, failed, deleting };

/// A key in one environment. The object's CKA_ID is set only while there is an object.
struct Deployment {
    std::string environment;
    std::string alias;   ///< the client's choice; empty when CKA_LABEL is `project/name`
    std::string source;  ///< the field that held the material: `content`, `publicKey`, `privateKey`,
                         ///< `publicKey+privateKey`
    DeploymentState state = DeploymentState::failed;
    std::optional<ObjectId> object_id;
    int size = 0;  ///< bits
    std::string key_check_value;
    std::string public_key_sha256;
    std::string public_key_pem;
    std::string failure;   ///< why it failed, in words for the client
    KeyUsages uses;        ///< the uses its object was made for; fixed
    std::string serial{};  ///< of the token that holds its object, when that is no longer the environment's
};

/// Whether both have the same check value or the same public key, and so the same key material.
inline bool have_same_material(const Deployment& one, const Deployment& other) {
    const auto are_equal = [](const std::string& left, const std::string& right) {
        return !left.empty() && left == right;
    };
    return are_equal(one.key_check_value, other.key_check_value) ||
           are_equal(one.public_key_sha256, other.public_key_sha256);
}

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
    std::int64_t revision = 0;            ///< grows with every change of the fields of this record
    std::vector<Deployment> deployments;  ///< in the order of the requests that made them
};

/// Identifies the state of a key: tells whether what was read of it still holds.
struct KeyRevision {
    std::string id;
    std::string name;
    std::int64_t revision = 0;
};

/// Selects keys of a project. All filters apply together and compare whole values.
struct KeyQuery {
    std::string project_id;
    std::optional<std::string> name{};
    std::optional<keys::KeyType> type{};
    std::optional<std::string> environment{};  ///< has a deployment there, in any state
    std::optional<std::string> after{};        ///< only names that sort after this one
    std::optional<std::size_t> limit{};
};

/// Write-ahead record of an object about to be created in a token. Written before the token is touched.
struct Intent {
    ObjectId object_id;
    std::string key_id;
    std::string environment;
    std::string owner;      ///< the process that works on it
    Instant lease_until{};  ///< until then only the owner touches it
    std::string serial{};   ///< as in Tombstone: the token was replaced, so the intent cannot be committed
};

/// Record of an object that must be destroyed. The object may or may not exist in the token.
struct Tombstone {
    ObjectId object_id;
    std::string environment;
    std::string owner;
    Instant lease_until{};   ///< until then only the owner touches it: its call may still be running
    Instant keep_until{};    ///< until then it stays even if nothing was found: the HSM may still finish a
                             ///< call of a process that has died
    std::string serial{};    ///< of the token that holds it, when that is no longer the environment's: it
                             ///< waits until that token is back
    bool deployed = false;   ///< its object is known to have been in the token, so a lookup without a result
                             ///< does not prove its destruction
    bool attempted = false;  ///< its destruction was begun and the result is not recorded: the process may
                             ///< have died, or the token's answer was lost
    bool fresh = false;      ///< it was written, with `attempted`, in the transaction that returned it
    int absent_looks = 0;    ///< lookups in a reinitialized module that did not find the object
    Instant look_after{};    ///< recovery does not look for the object before
    Instant created_at{};    ///< the object is older than this
};

/// What the catalogue says of an object right before its destruction.
enum class ObjectFate {
    condemned,         ///< an intent or tombstone names it, and no deployment except one that is `deleting`
    in_use,            ///< a deployment names it: it must stay
    in_another_token,  ///< condemned, in a token that is no longer the environment's
    unknown,           ///< no record names it (any more)
};

/// The batch size of recovery: interrupted changes in one transaction, tombstones in one pass.
inline constexpr std::size_t recovery_batch = 32;

/// The tombstones that a pass of recovery claims in one environment.
struct TombstoneClaim {
    std::string environment;
    std::string owner;
    Instant now{};
    Instant lease_until{};
    std::optional<ObjectId> after{};  ///< only objects whose id sorts after this one
};

/// The stored answer to a request with an Idempotency-Key, returned when the request is repeated.
struct StoredResponse {
    std::string user_id;
    std::string key;     ///< the Idempotency-Key
    std::string owner;   ///< the process whose attempt it answers
    std::string answer;  ///< the body of a 200
    Instant at{};
};

/// An Idempotency-Key is unique within its user.
struct IdempotencyName {
    std::string user_id;
    std::string key;
    auto operator<=>(const IdempotencyName&) const = default;
};

/// One attempt at a request that has an Idempotency-Key.
struct IdempotencyRecord {
    std::string user_id;
    std::string key;
    std::string fingerprint;  ///< keyed hash of method, path, query and body
    std::string owner;
    Instant lease_until{};   ///< until then it counts as running
    bool takes_over = true;  ///< take over an attempt that was cut off; otherwise nothing is written in that
                             ///< case
};

/// The result of begin_attempt.
struct IdempotencyOutcome {
    enum class Kind {
        begun,      ///< the caller runs the request
        cut_off,    ///< as begun, but an earlier attempt never ended: what it left must be resolved first
        answered,   ///< `answer` is the answer of an earlier attempt
        running,    ///< the same request is running
        different,  ///< the Idempotency-Key belongs to another request
    };
    Kind kind = Kind::begun;
    std::string answer;
    std::string owner{};  ///< of the attempt that was cut off
};

/// What the end of a change resolves: intents, tombstones and the stored answer.
struct ChangeResolution {
    std::string owner;
    std::set<ObjectId> clean{};  ///< intents known to have left nothing in a token
    Instant tombstone_lease{};   ///< until then the tombstones of the other intents belong to the owner, and
                                 ///< stay
    std::optional<StoredResponse> answer{};  ///< stored in the same transaction, which fails if another
                                             ///< attempt has replaced this one
    std::set<ObjectId> intents{};  ///< the intents of this change; others of the same owner belong to another
                                   ///< change. Empty: all of the owner's
    std::set<ObjectId> made{};     ///< intents whose objects are known to have existed in the token
};

/// The result of beginning a change of a key.
enum class Begin {
    begun,
    conflict,  ///< another change is in progress, or was made since the key was read
    gone,      ///< the key no longer exists
};

/// The beginning of a deletion or undeployment, with the objects to destroy.
struct KeyDeletion {
    Begin begin = Begin::gone;
    std::vector<Tombstone> tombstones;
};

/// An object that the catalogue expects in a token.
struct RecordedObject {
    std::string key_id;
    std::string project;
    std::string key;
    keys::Algorithm algorithm = keys::Algorithm::aes;
    keys::KeyType type = keys::KeyType::secret;
    Deployment deployment;
};

/// Who did what. Written in the transaction of the change that it describes.
struct AuditRecord {
    Instant at{};
    std::string actor;  ///< user name, or `keyward` for actions of the service itself
    std::string request_id{};
    std::string action;  ///< `key.create`, `key.create.commit`, `grant.add` …
    std::string project{};
    std::string key{};
    std::vector<std::string> environments{};
    std::string result;
};

}  // namespace keyward
