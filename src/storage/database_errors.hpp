#pragma once

#include <string>

#include "service/catalogue.hpp"
#include "storage/soci.hpp"

namespace keyward::storage {

/// The database's own first line and what to do about it. The values bound to the statement, which may be
/// hashes, and `password` never stand in it.
service::CatalogueError to_catalogue_error(const soci::soci_error& error, const std::string& password);

/// Whether PostgreSQL undid the whole transaction because of a concurrent one (SQLSTATE class 40): it may
/// simply run again.
bool lost_to_a_concurrent_transaction(const soci::soci_error& error);

/// Whether SQLite found its database locked by another connection and did not wait.
bool found_it_locked(const soci::soci_error& error);

}  // namespace keyward::storage
