#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/mutex.hpp"
#include "base/timed_mutex.hpp"
#include "domain/catalogue_records.hpp"
#include "storage/database/catalogue_url.hpp"
#include "storage/database/connections.hpp"
#include "storage/database/outage.hpp"

namespace keyward::storage {

/// The connections to one database, and the rules of its transactions. Thread-safe. All methods throw
/// CatalogueError.
///
/// A connection that the server closed while it was idle is reopened without an error. When a connection is
/// lost during a change, the call throws, and the next call connects again. After any failure of a commit,
/// even an error that reports a rollback, the outcome is unknown. It is looked up by the id that the
/// transaction wrote with its audit record.
class Database {
  public:
    /// Writes in a transaction, and returns whether there is something to commit. May run more than once.
    using Change = std::function<bool(soci::session&)>;

    /// Connects and migrates the schema.
    Database(CatalogueUrl url, std::size_t connections, std::chrono::milliseconds deadline);

    /// Returns what `body` reads with one statement of a session. It may run again, also on a new connection.
    template <typename Body>
    auto read(const Body& body) {
        return read_leased([&](Connections::Lease& leased) { return body(leased.session()); });
    }
    /// The same with the leased connection, for its prepared statements.
    template <typename Body>
    auto read_leased(const Body& body) {
        std::optional<decltype(body(std::declval<Connections::Lease&>()))> result;
        run_read([&](Connections::Lease& leased) { result.emplace(body(leased)); });
        return *std::move(result);
    }

    /// Runs a change in a transaction. It runs again after a conflict with a concurrent transaction, or when
    /// the server cannot be written to. Returns what the change returned. If the answer to the commit is
    /// lost, looks the outcome up by the id that the change wrote; throws CatalogueOutcomeUnknown when that
    /// is not possible.
    bool write(const Change& body, const std::string& change_id = {});
    /// The same, with an audit record in the same transaction. A change that returns false writes nothing,
    /// not even the audit record.
    bool change(const AuditRecord& audit, const Change& body);
    /// A change that invalidates cached data about tokens, users, grants and projects.
    bool change_access(const AuditRecord& audit, const Change& body);

    /// See AuditLog::was_committed and CatalogueProbe::probe.
    bool was_committed(const std::string& change_id);
    void probe(const std::string& owner, Instant now);

  private:
    class TurnToWrite;

    template <typename Body>
    auto guarded(Body body);
    void run_read(const std::function<void(Connections::Lease&)>& body);
    bool transact(const Change& body);
    bool went_through(const CatalogueError& failure, bool was_undone, const std::string& change_id);
    void note_failure(const soci::soci_error& error, const Connections::Lease& lease);
    void note_success();
    Connections::Lease lease();
    void refuse_in_outage();

    CatalogueUrl url_;
    std::chrono::milliseconds deadline_;
    Connections connections_;
    Outage outage_;
    TimedMutex writing_;  ///< guards no member: it puts the writers of SQLite in a queue
    Mutex probing_;
    std::optional<Connections> probe_connection_ KEYWARD_GUARDED_BY(probing_);
};

}  // namespace keyward::storage
