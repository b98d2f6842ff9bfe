#pragma once

#include <set>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// domain/catalogue.hpp describes each function.
bool begin_create(soci::session& sql, const Key& key, const std::vector<Intent>& intents);
bool commit_create(soci::session& sql, const Key& key, const ChangeResolution& resolution);
Begin begin_update(soci::session& sql, const std::string& key_id, std::int64_t revision,
                   const std::vector<Intent>& intents);
std::optional<std::vector<Tombstone>> commit_update(soci::session& sql, const Key& key,
                                                    const std::set<std::string>& changed,
                                                    const ChangeResolution& resolution);
bool abandon_change(soci::session& sql, const std::string& key_id, const ChangeResolution& resolution);

}  // namespace keyward::storage
