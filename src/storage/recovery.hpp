#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

/// `rest` is the SQL after the table's name.
std::vector<Intent> select_intents(soci::session& sql, const std::string& rest, Parameters parameters);
std::vector<Tombstone> select_tombstones(soci::session& sql, const std::string& rest, Parameters parameters);
/// False when the object already has a tombstone, which stays unchanged.
bool insert_tombstone(soci::session& sql, const Tombstone& tombstone);

/// domain/catalogue.hpp describes each function.
std::size_t resolve_expired_intents(soci::session& sql, Instant now, const std::string& owner,
                                    Instant lease_until);
std::vector<Tombstone> claim_tombstones(soci::session& sql, const TombstoneClaim& claim);
std::map<std::string, std::size_t> waiting_tombstones(soci::session& sql, Instant now,
                                                      const std::string& owner);
void renew_leases(soci::session& sql, const std::set<ObjectId>& ids, const std::string& owner,
                  Instant lease_until);
std::set<std::string> lease_owners(soci::session& sql);
void expire_leases(soci::session& sql, const std::string& owner);
std::vector<Tombstone> all_tombstones(soci::session& sql);
std::vector<Intent> all_intents(soci::session& sql);

}  // namespace keyward::storage
