#pragma once

#include <string>

#include "base/clock.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Reads from every table that requests read, from the disk in SQLite, and throws soci::soci_error when one
/// can't be read.
void read_as_requests_do(soci::session& sql);

/// Writes the owner's row under the locks that requests take; for a writing transaction. Throws
/// soci::soci_error, or CatalogueError when the row is not there afterwards.
void write_as_requests_do(soci::session& sql, const std::string& owner, Instant now);

}  // namespace keyward::storage
