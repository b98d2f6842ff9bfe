#pragma once

#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Brings the database to the newest schema that this program knows, each migration with its number in one
/// transaction. Of several processes that start together one does it. Throws soci::soci_error, or
/// CatalogueError when the database is newer than this program.
void migrate(soci::session& sql);

}  // namespace keyward::storage
