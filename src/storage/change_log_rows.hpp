#pragma once

#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

/// Rows of intents and tombstones. `rest` follows the table's name in the statement.
std::vector<Intent> select_intents(soci::session& sql, const std::string& rest, Parameters parameters);
std::vector<Tombstone> select_tombstones(soci::session& sql, const std::string& rest, Parameters parameters);
/// False when the object has a tombstone already; that one stays as it is.
bool insert_tombstone(soci::session& sql, const Tombstone& tombstone);

}  // namespace keyward::storage
