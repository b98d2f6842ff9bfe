#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "storage/database/soci.hpp"
#include "storage/database/statement_watch.hpp"

namespace keyward::storage {

/// The same text, or CatalogueError for one with a NUL octet, which PostgreSQL would cut off there.
std::string storable(std::string text);

/// A value for a statement. It owns its copy, because soci::use keeps a reference and reads it after
/// temporaries are gone. Throws CatalogueError for text with a NUL octet, which PostgreSQL would cut
/// off there.
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

    /// `statement` refers to this object until it ends.
    void bind(soci::statement& statement);

  private:
    std::string text_;
    long long number_ = 0;
    bool is_number_ = false;
    soci::indicator indicator_ = soci::i_ok;
};
using Parameters = std::vector<Parameter>;

/// One column of a result: std::string or long long, in std::optional where it may be null.
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

/// Runs a statement with its parameters in the order of their appearance; returns the number of rows it
/// changed.
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
                      soci::details::st_one_time_query);  // one round trip in PostgreSQL in place of three
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch())
        std::apply([&](const auto&... column) { body(column.get()...); }, columns);
}

/// Whether a query has a row.
bool exists(soci::session& sql, const std::string& query, Parameters parameters);

/// How long SQLite waits for a lock on this connection.
void wait_for_locks(soci::session& sql, std::chrono::milliseconds time);

/// Ends a `select` whose rows no other transaction may change until this one has ended. SQLite needs no words
/// for it: its writing transactions run one after the other.
std::string for_update(soci::session& sql);
/// The same, but rows that another transaction has are passed over in place of waiting for it.
std::string for_update_skip_locked(soci::session& sql);

Instant instant_from(long long milliseconds);
/// Throws CatalogueError when the text is no object id.
ObjectId object_id_from(const std::string& text);

}  // namespace keyward::storage
