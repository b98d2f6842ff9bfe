#pragma once

#include <string>

#include "base/clock.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

/// Migrates the database to the newest schema that this program knows, in one transaction that also records
/// the number of each migration. When several processes start together, only one migrates. Throws
/// soci::soci_error, or CatalogueError when the database is newer than this program.
void migrate(soci::session& sql);

/// Reads from every table that requests read, with SQLite from the disk. Throws soci::soci_error when one
/// cannot be read.
void read_as_requests_do(soci::session& sql);

/// Writes the owner's row under the locks that requests take. Call it in a writing transaction. Throws
/// soci::soci_error, or CatalogueError when the row is missing afterwards.
void write_as_requests_do(soci::session& sql, const std::string& owner, Instant now);

}  // namespace keyward::storage
