#pragma once

#include <chrono>
#include <string>

namespace keyward::storage {

enum class Backend { sqlite, postgresql };

/// Where the catalogue is, in the form that SOCI takes.
struct CatalogueUrl {
    Backend backend = Backend::sqlite;
    std::string connect_string;
    std::string path;      ///< SQLite: the file
    std::string password;  ///< PostgreSQL: what must not stand in any text
};

/// Reads `catalogue.url`. To a PostgreSQL URL it adds limits, each unless the URL sets it:
///
/// - `target_session_attrs` (read-write): a standby is not the catalogue;
/// - `connect_timeout` (the deadline, in whole seconds, at least 2): the server does not answer a new
///   connection, login included;
/// - `keepalives…` (first after 10 s, then 3 each 5 s) and `tcp_user_timeout` (10 s): the host or the network
///   is gone. TCP only; a unix socket has neither;
/// - `options` with `statement_timeout` (nine tenths of the deadline) and `lock_timeout` (eight tenths): the
///   server is alive and slow. The server keeps these two itself, and its error says more than a connection
///   that was cut at the deadline (StatementWatch). Options of the URL come after ours, so what they set
///   wins.
///
/// PgBouncer refuses `options` unless its ignore_startup_parameters names it (PostgreSQL 15 documentation,
/// 20.11 and 34.1.2). `deadline` is that of one statement.
///
/// Throws CatalogueError when the URL can't be used. The text repeats nothing of a PostgreSQL URL.
CatalogueUrl parse_catalogue_url(const std::string& url, std::chrono::milliseconds deadline);

}  // namespace keyward::storage
