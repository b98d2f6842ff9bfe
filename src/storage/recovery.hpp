#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/catalogue.hpp"
#include "storage/soci.hpp"

namespace keyward::storage {

/// Rows of intents and tombstones. A key's row is always locked before its intents.
std::optional<service::KeyState> lock_key(soci::session& sql, const std::string& key_id);
std::vector<service::Intent> lock_intents(soci::session& sql, const std::string& key_id);
void delete_intents(soci::session& sql, const std::string& key_id);
/// The key must have no intents any more; its deployments go with it.
void delete_key(soci::session& sql, const std::string& key_id);
void insert_tombstone(soci::session& sql, const service::Tombstone& tombstone);

/// The meaning of each is in service/catalogue.hpp.
std::size_t settle_expired_intents(soci::session& sql, Instant now, const std::string& owner,
                                   Instant lease_until);
std::vector<service::Tombstone> claim_tombstones(soci::session& sql, Instant now, const std::string& owner,
                                                 Instant lease_until);
bool remove_tombstone(soci::session& sql, const ObjectId& id);
void renew_leases(soci::session& sql, const std::set<ObjectId>& ids, const std::string& owner,
                  Instant lease_until);
std::set<std::string> lease_owners(soci::session& sql);
void expire_leases(soci::session& sql, const std::string& owner);
std::vector<service::Tombstone> all_tombstones(soci::session& sql);
std::vector<service::Intent> all_intents(soci::session& sql);

}  // namespace keyward::storage
