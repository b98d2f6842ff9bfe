#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Rows of keys, deployments and intents, as those who change a key write them. A key's row is always locked
/// before everything that belongs to it.
struct KeyRow {
    KeyState state;
    std::int64_t revision;
};
std::optional<KeyRow> lock_key(soci::session& sql, const std::string& key_id);
/// False when the project has a key of that name.
bool insert_key(soci::session& sql, const Key& key, KeyState state);
/// The key must have no intents any more; its deployments go with it.
void delete_key(soci::session& sql, const std::string& key_id);
/// One more, so that a change that was prepared before this one can't be made any more.
void raise_revision(soci::session& sql, const std::string& key_id);

/// What stands of a key in an environment.
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
/// Behind all that are there.
long long next_position(const std::vector<DeploymentRow>& rows);

void insert_intents(soci::session& sql, const std::string& key_id, const std::vector<Intent>& intents);
std::vector<Intent> lock_intents(soci::session& sql, const std::string& key_id);
void delete_intents(soci::session& sql, const std::string& key_id);

/// Whether these are the change's own, all of them and no other change's.
bool are_own(const std::vector<Intent>& intents, const ChangeResolution& resolution);
/// Whether no token was replaced since these were written.
bool all_in_present_tokens(const std::vector<Intent>& intents);
/// Whether every object that these deployments name was intended.
bool all_intended(const std::set<ObjectId>& objects, const std::vector<Intent>& intents);
std::set<ObjectId> object_ids(const std::vector<Deployment>& deployments);
/// Ends the intents of a change: those neither kept nor clean become tombstones. The change's answer is kept;
/// false when it can't be, because another attempt has taken its place.
bool resolve(soci::session& sql, const std::string& key_id, const std::vector<Intent>& intents,
             const std::set<ObjectId>& kept, const ChangeResolution& resolution);

}  // namespace keyward::storage
