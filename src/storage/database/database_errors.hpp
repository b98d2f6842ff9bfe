#pragma once

#include <string>

#include "domain/catalogue.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

/// The first line of the database's message, with advice. Never contains `password` or the values bound to
/// the statement, which may be hashes.
CatalogueError to_catalogue_error(const soci::soci_error& error, const std::string& password);

/// Whether PostgreSQL rolled the whole transaction back because of a concurrent one (SQLSTATE 40001 and
/// 40P01): it may simply run again. The rest of class 40 does not allow that: after 40003 it is unknown
/// whether the transaction was committed.
bool lost_to_a_concurrent_transaction(const soci::soci_error& error);

/// Whether the server is a standby or was made read-only (SQLSTATE 25006), so that another server must be
/// used.
bool found_it_read_only(const soci::soci_error& error);

/// Whether another connection had locked the SQLite database and SQLite did not wait.
bool found_it_locked(const soci::soci_error& error);

}  // namespace keyward::storage
