#pragma once

#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Updates the catalogue after a comparison with a token. domain/catalogue.hpp describes each function.
std::vector<ObjectId> deployed_objects(soci::session& sql, const std::string& environment, std::size_t limit);
bool mark_missing(soci::session& sql, const ObjectId& id, const std::string& failure);
bool mark_found(soci::session& sql, const ObjectId& id);
bool reclaim_tombstone(soci::session& sql, const ObjectId& id);
bool adopt_key(soci::session& sql, const Key& key);

}  // namespace keyward::storage
