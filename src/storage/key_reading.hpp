#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Reads keys with their deployments. Each function runs one statement, so that all rows are read at the same
/// moment. domain/catalogue.hpp describes each function.
std::optional<Key> find_key(soci::session& sql, const std::string& project_id, const std::string& name);
std::vector<Key> list_keys(soci::session& sql, const KeyQuery& query);
std::vector<KeyRevision> list_revisions(soci::session& sql, const KeyQuery& query);
std::set<ObjectId> objects_of(soci::session& sql, const std::string& key_id);
std::vector<RecordedObject> recorded_objects(soci::session& sql, const std::string& environment,
                                             const std::optional<ObjectId>& after, std::size_t limit);

}  // namespace keyward::storage
