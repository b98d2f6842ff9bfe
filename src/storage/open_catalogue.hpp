#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "domain/catalogue.hpp"

namespace keyward::storage {

/// Opens the catalogue that `url` names, brings its schema up to date and keeps `connections` connections
/// open (at least 1), each used by one thread at a time.
///
/// `sqlite:///absolute/path.db`: the path is taken as it stands, without percent-decoding; a relative one is
/// refused, because it would change with the working directory. A missing file is made with mode 0600; SQLite
/// gives its -wal and -shm files the mode of the database. The directory must exist. Several processes may
/// have the same file open. `postgresql://user:password@host:port/database?option=value` (also
/// `postgres://`): as libpq reads it. The database must have the encoding UTF8.
///
/// `deadline` is that of one statement, and of the wait for a connection or a lock: a call whose database
/// does not answer fails then, and the calls after it at once until it answers again.
///
/// Both databases compare and sort text by its octets. Text with a NUL octet is refused, since PostgreSQL
/// can't hold it. Throws CatalogueError with a text that says what to do; no text ever holds the
/// password.
std::unique_ptr<Catalogue> open_catalogue(const std::string& url, std::size_t connections,
                                          std::chrono::milliseconds deadline = std::chrono::seconds(5));

}  // namespace keyward::storage
