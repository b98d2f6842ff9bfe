#include "storage/database/connections.hpp"

#include <chrono>
#include <exception>
#include <string>
#include <thread>

#include <libpq-fe.h>

#include "domain/catalogue.hpp"
#include "storage/database/database_errors.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {
namespace {

constexpr int log_attempts = 200;
constexpr std::chrono::milliseconds pause_between_attempts{50};

std::string answer(soci::session& sql, const std::string& query) {
    std::string text;
    for_each_row<std::string>(sql, query, {}, [&](const std::string& value) { text = value; });
    return text;
}

/// Retries, because SQLite ignores the busy timeout here when several processes open a new database at the
/// same time.
std::string use_write_ahead_log(soci::session& sql) {
    for (int attempt = 1;; ++attempt) {
        try {
            return answer(sql, "pragma journal_mode = wal");
        } catch (const soci::soci_error& error) {
            if (attempt == log_attempts || !found_it_locked(error)) throw;
            std::this_thread::sleep_for(pause_between_attempts);
        }
    }
}

void configure_sqlite(soci::session& sql, std::chrono::milliseconds deadline) {
    // Comes first, so that the other pragmas wait for a lock instead of failing.
    wait_for_locks(sql, deadline);
    if (const auto mode = use_write_ahead_log(sql); mode != "wal")
        throw CatalogueError(
            "the SQLite database can't use a write-ahead log where it is (the journal mode is '" + mode +
            "'): put it on a local file system");
    run(sql, "pragma synchronous = full");
    run(sql, "pragma foreign_keys = on");
    run(sql, "pragma trusted_schema = off");
}

void configure_postgresql(soci::session& sql) {
    if (const auto encoding = answer(sql, "show server_encoding"); encoding != "UTF8")
        throw CatalogueError("the PostgreSQL database has the encoding " + encoding +
                             ", but names may be any Unicode text: create it with ENCODING 'UTF8'");
    run(sql, "set client_encoding = 'UTF8'");
    run(sql, "set client_min_messages = 'warning'");
    run(sql, "set default_transaction_isolation = 'read committed'");
}

void configure(soci::session& sql, Backend backend, std::chrono::milliseconds deadline) {
    if (backend == Backend::sqlite)
        configure_sqlite(sql, deadline);
    else
        configure_postgresql(sql);
}

const soci::backend_factory& factory_of(Backend backend) {
    if (backend == Backend::sqlite) return soci::sqlite3;
    return soci::postgresql;
}

int socket_of(soci::session& sql, Backend backend) {
    auto* const open = sql.get_backend();  // null after a failed connection
    if (backend == Backend::sqlite || open == nullptr) return -1;
    return ::PQsocket(static_cast<soci::postgresql_session_backend*>(open)->conn_);
}

std::string in_milliseconds(std::chrono::milliseconds time) {
    return std::to_string(time.count()) + " ms";
}

}  // namespace

Connections::Connections(const CatalogueUrl& url, std::size_t count, std::chrono::milliseconds deadline)
    : backend_(url.backend),
      deadline_(deadline),
      pool_(count),
      watch_(count, deadline, url.backend == Backend::postgresql),
      suspect_(count, 0),
      opened_in_(count, 0),
      hot_(count) {
    for (std::size_t i = 0; i < count; ++i) {
        pool_.at(i).open(factory_of(backend_), url.connect_string);
        watch_.begin(i, socket_of(pool_.at(i), backend_));
        configure(pool_.at(i), backend_, deadline_);
        watch_.end(i);
    }
}

Connections::Lease Connections::lease() {
    const auto began = std::chrono::steady_clock::now();
    std::size_t position = 0;
    if (!pool_.try_lease(position, static_cast<int>(deadline_.count())))
        throw CatalogueError("no connection to the catalogue's database became free within " +
                             in_milliseconds(deadline_) + ": it is slow, or hangs");
    return {*this, position, std::chrono::steady_clock::now() - began > deadline_ / 2};
}

Connections::Lease::Lease(Connections& owner, std::size_t position, bool has_waited)
    : owner_(owner),
      position_(position),
      has_waited_(has_waited),
      session_(owner.pool_.at(position)),
      exceptions_(std::uncaught_exceptions()) {
    try {
        make_usable();
    } catch (...) {
        owner_.watch_.end(position_);
        owner_.pool_.give_back(position_);
        throw;
    }
    scope_.emplace(owner_.watch_, position_);
}

void Connections::Lease::make_usable() {
    if (owner_.opened_in_[position_] != owner_.generation_) return reopen();
    watch();
    if (owner_.suspect_[position_] == 0) return;
    owner_.hot_[position_].reset();
    if (lost()) {
        // A call that has waited for a hanging connection has no time left to open another.
        if (was_cut() || has_waited_)
            throw CatalogueError("the catalogue's database does not answer within " +
                                 in_milliseconds(owner_.deadline_));
        reopen();
    }
    owner_.suspect_[position_] = 0;
}

void Connections::Lease::watch() {
    owner_.watch_.begin(position_, socket_of(session_, owner_.backend_));
}

Connections::Lease::~Lease() {
    if (std::uncaught_exceptions() > exceptions_) owner_.suspect_[position_] = 1;
    owner_.watch_.end(position_);
    owner_.pool_.give_back(position_);
}

PreparedStatements& Connections::Lease::hot() {
    auto& hot = owner_.hot_[position_];
    if (!hot) hot = std::make_unique<PreparedStatements>(session_);
    return *hot;
}

void Connections::Lease::reopen() {
    owner_.hot_[position_].reset();
    owner_.suspect_[position_] = 1;
    owner_.watch_.forget(position_);
    const std::uint64_t generation = owner_.generation_;
    session_.reconnect();
    try {
        watch();
        configure(session_, owner_.backend_, owner_.deadline_);
    } catch (...) {
        owner_.watch_.forget(position_);
        session_.close();  // so that it counts as lost and is not used while partly configured
        throw;
    }
    owner_.suspect_[position_] = 0;
    owner_.opened_in_[position_] = generation;
}

}  // namespace keyward::storage
