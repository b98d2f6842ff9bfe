#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "domain/catalogue.hpp"

namespace keyward::storage {

/// Opens the catalogue at `url`, migrates its schema and keeps `connections` connections open (at least 1),
/// each used by one thread at a time.
///
/// `sqlite:///absolute/path.db`: the path is used as written, without percent-decoding. A relative path is
/// refused, because it would depend on the working directory. A missing file is created with mode 0600;
/// SQLite gives its -wal and -shm files the mode of the database. The directory must exist. Several processes
/// may have the same file open. `postgresql://user:password@host:port/database?option=value` (also
/// `postgres://`): as libpq reads it. The database must have the encoding UTF8.
///
/// `deadline` applies to one statement, and to the wait for a connection or a lock. A call whose database
/// does not answer fails then, and later calls fail at once until it answers again.
///
/// Both databases compare and sort text by its octets. Text with a NUL octet is refused, because PostgreSQL
/// cannot hold it. Throws CatalogueError with a text that says what to do; no text ever holds the password.
std::shared_ptr<Catalogue> open_catalogue(const std::string& url, std::size_t connections,
                                          std::chrono::milliseconds deadline = std::chrono::seconds(5));

}  // namespace keyward::storage
