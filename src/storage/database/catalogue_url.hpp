#pragma once

#include <chrono>
#include <string>

namespace keyward::storage {

enum class Backend { sqlite, postgresql };

/// The location of the catalogue, in the form that SOCI accepts.
struct CatalogueUrl {
    Backend backend = Backend::sqlite;
    std::string connect_string;
    std::string path;      ///< SQLite: the file
    std::string password;  ///< PostgreSQL: must not occur in any text
};

/// Parses `catalogue.url`. Adds limits to a PostgreSQL URL, each unless the URL sets it:
///
/// - `target_session_attrs` (read-write): a standby is not the catalogue;
/// - `connect_timeout` (the deadline, in whole seconds, at least 2): for a server that does not answer a new
///   connection, login included;
/// - `keepalives…` (first after 10 s, then 3 each 5 s) and `tcp_user_timeout` (10 s): for a host or network
///   that is gone. TCP only; a unix socket has neither;
/// - `options` with `statement_timeout` (nine tenths of the deadline) and `lock_timeout` (eight tenths): for
///   a server that is alive and slow. The server enforces these two itself, and its error says more than a
///   connection cut at the deadline (StatementWatch). Options of the URL follow these, so they take
///   precedence.
///
/// PgBouncer refuses `options` unless its ignore_startup_parameters names it (PostgreSQL 15 documentation,
/// 20.11 and 34.1.2). `deadline` applies to one statement.
///
/// Throws CatalogueError when the URL is invalid. The text repeats nothing of a PostgreSQL URL.
CatalogueUrl parse_catalogue_url(const std::string& url, std::chrono::milliseconds deadline);

}  // namespace keyward::storage
