#pragma once

#include <string>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// The database's own first line and what to do about it. The values bound to the statement, which may be
/// hashes, and `password` never stand in it.
CatalogueError to_catalogue_error(const soci::soci_error& error, const std::string& password);

/// Whether PostgreSQL undid the whole transaction because of a concurrent one (SQLSTATE 40001 and 40P01): it
/// may simply run again. The rest of class 40 says less: after 40003 nobody knows whether it was committed.
bool lost_to_a_concurrent_transaction(const soci::soci_error& error);

/// Whether the server is a standby, or was made read-only (SQLSTATE 25006): another one is to be used.
bool found_it_read_only(const soci::soci_error& error);

/// Whether SQLite found its database locked by another connection and did not wait.
bool found_it_locked(const soci::soci_error& error);

}  // namespace keyward::storage
