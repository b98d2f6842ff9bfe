#pragma once

#include <set>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// The meaning of each is in domain/catalogue.hpp.
bool begin_create(soci::session& sql, const service::Key& key, const std::vector<service::Intent>& intents);
bool commit_create(soci::session& sql, const service::Key& key, const service::Settlement& settlement);
service::Begin begin_update(soci::session& sql, const std::string& key_id, std::int64_t revision,
                            const std::vector<service::Intent>& intents);
std::optional<std::vector<service::Tombstone>> commit_update(soci::session& sql, const service::Key& key,
                                                             const std::set<std::string>& changed,
                                                             const service::Settlement& settlement);
bool abandon_change(soci::session& sql, const std::string& key_id, const service::Settlement& settlement);

}  // namespace keyward::storage
