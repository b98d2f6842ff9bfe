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

/// The database failed; the text is for the log.
class CatalogueError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The answer of a commit was lost, and the database can't say yet whether it was committed. It can be asked
/// for by that id as soon as the database answers again (Catalogue::was_committed).
class CatalogueOutcomeUnknown : public CatalogueError {
  public:
    CatalogueOutcomeUnknown(const std::string& text, std::string change_id)
        : CatalogueError(text), change_id_(std::move(change_id)) {}

    /// Empty when the change has none: it may then simply be made again.
    [[nodiscard]] const std::string& change_id() const { return change_id_; }

  private:
    std::string change_id_;
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

/// What a password is checked against; the hash is empty for a user without one.
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
    KeyUsages uses;       ///< what its object was made for; it can't be changed later
    std::string
        serial{};  ///< of the token that holds its object, when that is not the environment's any more
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
    std::int64_t revision = 0;            ///< grows with every change of what is told of it here
    std::vector<Deployment> deployments;  ///< in the order of the requests that made them
};

/// What tells whether something that was read of a key still holds.
struct KeyRevision {
    std::string id;
    std::string name;
    std::int64_t revision = 0;
};

/// Which keys of a project. All filters hold at once, and compare whole values.
struct KeyQuery {
    std::string project_id;
    std::optional<std::string> name;
    std::optional<keys::KeyType> type;
    std::optional<std::string> environment;  ///< has a deployment there, whatever its state
    std::optional<std::string> after;        ///< only names that sort behind this one
    std::optional<std::size_t> limit;
};

/// What is about to be made in a token: written before the token is touched.
struct Intent {
    ObjectId object_id;
    std::string key_id;
    std::string environment;
    std::string owner;      ///< the process that is at work on it
    Instant lease_until{};  ///< before then only the owner touches it
    std::string serial{};   ///< as in Tombstone: the token was replaced meanwhile, so it can't be committed
};

/// An object that must go from a token, and may be there or not.
struct Tombstone {
    ObjectId object_id;
    std::string environment;
    std::string owner;
    Instant lease_until{};   ///< before then only the owner touches it: its call may still be under way
    Instant keep_until{};    ///< before then it stays although nothing was found: the HSM may still finish a
                             ///< call of a process that has died
    std::string serial{};    ///< of the token that holds it, when that is not the environment's any more: it
                             ///< waits until that one is back
    bool deployed = false;   ///< its object is known to have been in the token, so that a lookup without a
                             ///< result does not show that it is destroyed
    bool attempted = false;  ///< its destruction was begun, and what came of that is not recorded: the
                             ///< process may have died, or the token's answer was lost
    bool fresh = false;      ///< it was written, with `attempted`, in the transaction that returned it
    int absent_looks = 0;    ///< lookups in a re-initialised module that did not find the object
    Instant look_after{};    ///< recovery does not look for the object before
    Instant created_at{};    ///< the object is older than this
};

/// What the catalogue says of an object at the moment before its destruction.
enum class ObjectFate {
    condemned,         ///< an intent or tombstone names it, and no deployment but one that is `deleting`
    in_use,            ///< a deployment names it: it must stay
    in_another_token,  ///< condemned, in a token that is not the environment's any more
    unknown,           ///< nothing names it (any more)
};

/// How much recovery takes in hand at once: interrupted changes in one transaction, tombstones in one pass.
inline constexpr std::size_t recovery_batch = 32;

/// What a pass of recovery takes in hand in one environment.
struct TombstoneClaim {
    std::string environment;
    std::string owner;
    Instant now{};
    Instant lease_until{};
    std::optional<ObjectId> after{};  ///< only objects whose id sorts behind this one
};

/// An answer that is kept for repeats of a request (the contract's Idempotency-Key).
struct StoredResponse {
    std::string user_id;
    std::string key;     ///< the Idempotency-Key
    std::string owner;   ///< the process whose attempt it answers
    std::string answer;  ///< the body of a 200
    Instant at{};
};

/// An Idempotency-Key is its user's own.
struct IdempotencyName {
    std::string user_id;
    std::string key;
    auto operator<=>(const IdempotencyName&) const = default;
};

/// One run of a request that has an Idempotency-Key.
struct IdempotencyRecord {
    std::string user_id;
    std::string key;
    std::string fingerprint;  ///< keyed hash of method, path, query and body
    std::string owner;
    Instant lease_until{};   ///< until then it counts as running
    bool takes_over = true;  ///< one that was cut off is taken over; else nothing is written then
};

/// What there was when an attempt came.
struct IdempotencyOutcome {
    enum class Kind {
        begun,      ///< it is ours to run
        cut_off,    ///< so it is, but an earlier one never ended: what that one left must be settled first
        answered,   ///< `answer` is the answer of an earlier one
        running,    ///< the same request is running
        different,  ///< the Idempotency-Key belongs to another request
    };
    Kind kind = Kind::begun;
    std::string answer;
    std::string owner{};  ///< of the one that was cut off
};

/// What the end of a change leaves to be answered for.
struct ChangeResolution {
    std::string owner;
    std::set<ObjectId> clean;   ///< intents that are known to have left nothing in a token
    Instant tombstone_lease{};  ///< until then the tombstones of the others are the owner's, and stay
    std::optional<StoredResponse> answer;  ///< kept in the same transaction, which fails if another attempt
                                           ///< has taken its place
    std::set<ObjectId> intents{};  ///< the change's own: others of the same owner are another change's.
                                   ///< Empty: whatever the owner's are
    std::set<ObjectId> made{};     ///< intents whose objects the token is known to have held
};

/// How a change of a key may begin.
enum class Begin {
    begun,
    conflict,  ///< another change is under way, or was made since the key was read
    gone,      ///< there is no such key any more
};

/// The beginning of an undeployment, with what is to be destroyed.
struct KeyDeletion {
    Begin begin = Begin::gone;
    std::vector<Tombstone> tombstones;
};

/// An object that the catalogue believes to be in a token.
struct RecordedObject {
    std::string key_id;
    std::string project;
    std::string key;
    keys::Algorithm algorithm = keys::Algorithm::aes;
    keys::KeyType type = keys::KeyType::secret;
    Deployment deployment;
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

}  // namespace keyward
