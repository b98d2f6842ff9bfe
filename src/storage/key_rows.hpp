#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

/// Rows of keys, deployments and intents, for functions that change a key. A key's row is always locked
/// before the rows that belong to it.
struct KeyRow {
    KeyState state;
    std::int64_t revision;
};
std::optional<KeyRow> lock_key(soci::session& sql, const std::string& key_id);
/// False when the project has a key with this name.
bool insert_key(soci::session& sql, const Key& key, KeyState state);
/// The key must have no intents left. Deletes its deployments too.
void delete_key(soci::session& sql, const std::string& key_id);
/// Deletes a key that is `deleting` and has no deployment left. Returns false for any other key.
bool delete_finished_key(soci::session& sql, const std::string& key_id);
/// The key with its deployments, in one statement.
std::optional<Key> select_key(soci::session& sql, const std::string& project_id, const std::string& name);
/// Invalidates changes that were prepared before this one.
void raise_revision(soci::session& sql, const std::string& key_id);

/// A deployment of a key in an environment.
struct DeploymentRow {
    long long position;
    std::string environment;
    DeploymentState state;
    std::optional<ObjectId> object_id;
    std::string serial;
};
std::vector<DeploymentRow> deployment_rows(soci::session& sql, const std::string& key_id);
void insert_deployment(soci::session& sql, const std::string& key_id, long long position,
                       const Deployment& deployment);
void delete_deployment(soci::session& sql, const std::string& key_id, const std::string& environment);
/// The tombstone of the deployment's object, which it must have. That of an object in a former token of the
/// environment waits for that token.
Tombstone tombstone_of(const DeploymentRow& row, const std::string& owner, Instant lease_until, Instant now);
/// The position after all rows.
long long next_position(const std::vector<DeploymentRow>& rows);

void insert_intents(soci::session& sql, const std::string& key_id, const std::vector<Intent>& intents);
std::vector<Intent> lock_intents(soci::session& sql, const std::string& key_id);
void delete_intents(soci::session& sql, const std::string& key_id);

/// Whether all intents belong to the change.
bool are_own(const std::vector<Intent>& intents, const ChangeResolution& resolution);
/// Whether no token was replaced since the intents were written.
bool all_in_present_tokens(const std::vector<Intent>& intents);
/// Whether there is an intent for every object.
bool all_intended(const std::set<ObjectId>& objects, const std::vector<Intent>& intents);
std::set<ObjectId> object_ids(const std::vector<Deployment>& deployments);
/// Ends the intents of a change: those that are neither kept nor clean become tombstones. Stores the change's
/// answer; false when that fails because another attempt has replaced this one.
bool resolve(soci::session& sql, const std::string& key_id, const std::vector<Intent>& intents,
             const std::set<ObjectId>& kept, const ChangeResolution& resolution);

/// Stores the response of a request. False, and nothing written, when the record is not the owner's any more
/// or has a response.
bool store_response(soci::session& sql, const StoredResponse& answer);

/// Rows of intents and tombstones. `rest` follows the table's name in the statement.
std::vector<Intent> select_intents(soci::session& sql, const std::string& rest, Parameters parameters);
std::vector<Tombstone> select_tombstones(soci::session& sql, const std::string& rest, Parameters parameters);
/// False when the object has a tombstone already; that one stays as it is.
bool insert_tombstone(soci::session& sql, const Tombstone& tombstone);

}  // namespace keyward::storage
