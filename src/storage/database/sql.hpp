#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// Debian's SOCI is configured for Boost's types, so its headers would require all of Boost, which this
// project does not use. These lines undo that configuration for the headers; it only adds overloads for
// Boost's types and changes no class.
#include <soci/soci-config.h>
#undef SOCI_HAVE_BOOST
#undef SOCI_HAVE_BOOST_DATE_TIME

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "storage/database/statement_watch.hpp"

namespace keyward::storage {

/// Returns the text. Throws CatalogueError for text with a NUL octet, where PostgreSQL would truncate it.
std::string storable(std::string text);

/// A value for a statement. It owns a copy, because soci::use keeps a reference and reads it after
/// temporaries are destroyed. Throws CatalogueError for text with a NUL octet, where PostgreSQL would
/// truncate it.
class Parameter {
  public:
    Parameter(std::string text);       // NOLINT(google-explicit-constructor): parameters are listed in place
    Parameter(std::string_view text);  // NOLINT(google-explicit-constructor)
    Parameter(const char* text);       // NOLINT(google-explicit-constructor)
    Parameter(long long number);       // NOLINT(google-explicit-constructor)
    Parameter(Instant instant);        // NOLINT(google-explicit-constructor)
    Parameter(std::optional<Instant> instant);     // NOLINT(google-explicit-constructor)
    Parameter(const ObjectId& id);                 // NOLINT(google-explicit-constructor)
    Parameter(const std::optional<ObjectId>& id);  // NOLINT(google-explicit-constructor)

    /// `statement` refers to this object as long as it lives.
    void bind(soci::statement& statement);

  private:
    std::string text_;
    long long number_ = 0;
    bool is_number_ = false;
    soci::indicator indicator_ = soci::i_ok;
};
using Parameters = std::vector<Parameter>;

/// One column of a result: std::string or long long, in std::optional if it may be null.
template <typename T>
class Column {
  public:
    void define(soci::statement& statement) { statement.exchange(soci::into(value_, indicator_)); }
    const T& get() const { return value_; }

  private:
    T value_{};
    soci::indicator indicator_ = soci::i_ok;
};
template <typename T>
class Column<std::optional<T>> {
  public:
    void define(soci::statement& statement) { statement.exchange(soci::into(value_, indicator_)); }
    std::optional<T> get() const {
        return indicator_ == soci::i_null ? std::nullopt : std::optional<T>(value_);
    }

  private:
    T value_{};
    soci::indicator indicator_ = soci::i_ok;
};

/// Runs a statement with its parameters in the order of their appearance. Returns the number of rows changed.
long long run(soci::session& sql, const std::string& query, Parameters parameters = {});

/// Runs a query and calls `body` with the columns of each row: for_each_row<std::string, long long>(sql,
/// "select …", {}, body).
template <typename... Types, typename Body>
void for_each_row(soci::session& sql, const std::string& query, Parameters parameters, Body body) {
    StatementScope::statement_begins();
    std::tuple<Column<Types>...> columns;
    soci::statement statement(sql);
    std::apply([&](auto&... column) { (column.define(statement), ...); }, columns);
    for (auto& parameter : parameters)
        parameter.bind(statement);
    statement.alloc();
    statement.prepare(query,
                      soci::details::st_one_time_query);  // one round trip in PostgreSQL instead of three
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch())
        std::apply([&](const auto&... column) { body(column.get()...); }, columns);
}

/// Whether a query returns a row.
bool exists(soci::session& sql, const std::string& query, Parameters parameters);

/// Sets how long SQLite waits for a lock on this connection.
void wait_for_locks(soci::session& sql, std::chrono::milliseconds time);

/// The end of a `select` that locks its rows against other transactions until this one has ended. Empty for
/// SQLite, whose writing transactions run one after the other.
std::string for_update(soci::session& sql);
/// The same, but skips rows that another transaction has locked.
std::string for_update_skip_locked(soci::session& sql);

Instant instant_from(long long milliseconds);
/// Throws CatalogueError when the text is not an object id.
ObjectId object_id_from(const std::string& text);

}  // namespace keyward::storage
