#pragma once

#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Migrates the database to the newest schema that this program knows, in one transaction that also records
/// the number of each migration. When several processes start together, only one migrates. Throws
/// soci::soci_error, or CatalogueError when the database is newer than this program.
void migrate(soci::session& sql);

}  // namespace keyward::storage
