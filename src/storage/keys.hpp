#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/catalogue.hpp"
#include "storage/soci.hpp"

namespace keyward::storage {

/// What a process still has to answer for when its work on a key ends: the owner, what is known to have left
/// nothing in a token, and how long the tombstones of the rest stay the owner's.
struct Settlement {
    const std::string& owner;
    const std::set<ObjectId>& clean;
    Instant tombstone_lease;
};

/// The meaning of each is in service/catalogue.hpp.
bool begin_create(soci::session& sql, const service::Key& key, const std::vector<service::Intent>& intents);
bool commit_create(soci::session& sql, const service::Key& key, const Settlement& settlement);
bool abandon_create(soci::session& sql, const std::string& key_id, const Settlement& settlement);
std::optional<service::Key> find_key(soci::session& sql, const std::string& project_id,
                                     const std::string& name);
std::optional<service::KeyState> key_state(soci::session& sql, const std::string& key_id);

}  // namespace keyward::storage
