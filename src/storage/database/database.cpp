#include "storage/database/database.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include "base/ids.hpp"
#include "storage/database/database_errors.hpp"
#include "storage/database/schema.hpp"
#include "storage/database/sql.hpp"
#include "storage/database/transaction.hpp"

namespace keyward::storage {
namespace {

using namespace std::chrono_literals;

constexpr int most_attempts = 10;
constexpr std::chrono::milliseconds shortest_pause = 5ms;
constexpr std::chrono::milliseconds longest_pause = 200ms;

/// A commit failed, and the outcome of the transaction is unknown.
struct CommitFailed {
    CatalogueError error;
    bool may_run_again;  ///< if it was rolled back
};

// The transaction has done nothing yet, so a connection that the server closed while it was idle can be
// reopened without an error.
void begin(std::optional<Transaction>& transaction, Connections::Lease& lease) {
    try {
        transaction.emplace(lease.session());
    } catch (const soci::soci_error&) {
        if (lease.was_cut() || !lease.lost()) throw;
        lease.reopen();
        transaction.emplace(lease.session());
    }
}

/// Waits before a retry after a conflict with another transaction. The pause grows and is random, so that the
/// same two transactions do not conflict again.
void pause_after(int attempt) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const auto longest = std::min(longest_pause, shortest_pause * (1 << std::min(attempt, 6)));
    std::uniform_int_distribution<long long> length(shortest_pause.count(), longest.count());
    std::this_thread::sleep_for(std::chrono::milliseconds(length(random)));
}

}  // namespace

/// SQLite has one writer at a time, and blocked writers poll for the lock. Threads of this process queue here
/// instead; only other processes still meet at SQLite's lock.
class Database::TurnToWrite {
  public:
    explicit TurnToWrite(Database& database) {
        if (database.url_.backend != Backend::sqlite) return;
        const auto outages = database.outage_.times();
        database.refuse_in_outage();
        lock_ = std::unique_lock(database.writing_, database.deadline_);
        if (!lock_ || database.outage_.times() != outages)
            throw CatalogueError("the catalogue's database is locked: another process may hang");
    }

  private:
    std::unique_lock<TimedMutex> lock_;
};

/// Translates the database's errors into those of the port.
template <typename Body>
auto Database::guarded(Body body) {
    try {
        return body();
    } catch (const soci::soci_error& error) {
        throw to_catalogue_error(error, url_.password);
    }
}

void Database::refuse_in_outage() {
    if (outage_.refuses())
        throw CatalogueError("the catalogue's database does not answer; it is tried again every second");
}

/// With PostgreSQL, refuses a connection while the database does not answer. SQLite can be read while it
/// cannot be written.
Connections::Lease Database::lease() {
    if (url_.backend == Backend::postgresql) refuse_in_outage();
    const auto began = std::chrono::steady_clock::now();
    try {
        return connections_.lease();
    } catch (...) {
        if (std::chrono::steady_clock::now() - began > deadline_ / 2) outage_.begin();
        throw;
    }
}

void Database::note_failure(const soci::soci_error& error, const Connections::Lease& lease) {
    const bool unanswered = lease.was_cut() && !outage_.answered_within(deadline_ / 2);
    if (unanswered || found_it_locked(error)) outage_.begin();
    if (found_it_read_only(error)) connections_.renew();
}

void Database::note_success() {
    if (url_.backend == Backend::postgresql) outage_.end();
}

void Database::run_read(const std::function<void(Connections::Lease&)>& body) {
    guarded([&] {
        for (int attempt = 1;; ++attempt) {
            try {
                auto leased = lease();
                try {
                    body(leased);
                    return note_success();
                } catch (const soci::soci_error& error) {
                    note_failure(error, leased);
                    if (leased.was_cut() || !leased.lost()) throw;
                }
                leased.reopen();
                return body(leased);
            } catch (const soci::soci_error& error) {
                if (attempt == most_attempts || !lost_to_a_concurrent_transaction(error)) throw;
            }
            pause_after(attempt);
        }
    });
}

/// Runs `body` in a transaction and commits if it returns true, which means that it changed something. Throws
/// CommitFailed when the outcome is unknown.
bool Database::transact(const Change& body) {
    const TurnToWrite turn(*this);
    const auto outages = outage_.times();
    auto leased = lease();
    if (url_.backend == Backend::postgresql && outage_.times() != outages)
        throw CatalogueError("the catalogue's database does not answer");
    std::optional<Transaction> transaction;
    try {
        begin(transaction, leased);
        if (!body(leased.session())) {
            note_success();
            return false;
        }
    } catch (const soci::soci_error& error) {
        note_failure(error, leased);
        throw;
    }
    try {
        transaction->commit();
    } catch (const soci::soci_error& error) {
        note_failure(error, leased);
        // SQLite rolls back what it did not commit, and there is no remote state.
        if (url_.backend == Backend::sqlite) throw;
        throw CommitFailed{to_catalogue_error(error, url_.password), lost_to_a_concurrent_transaction(error)};
    }
    outage_.end();
    return true;
}

bool Database::write(const Change& body, const std::string& change_id) {
    return guarded([&] {
        for (int attempt = 1;; ++attempt) {
            try {
                return transact(body);
            } catch (const CommitFailed& failure) {
                if (went_through(failure.error, failure.may_run_again, change_id)) return true;
                if (attempt == most_attempts || !failure.may_run_again) throw CatalogueError(failure.error);
            } catch (const soci::soci_error& error) {
                const bool again =
                    lost_to_a_concurrent_transaction(error) || (attempt == 1 && found_it_read_only(error));
                if (attempt == most_attempts || !again) throw;
            }
            pause_after(attempt);
        }
    });
}

/// Whether a failed commit took effect all the same. Throws CatalogueOutcomeUnknown when that cannot be found
/// out now.
bool Database::went_through(const CatalogueError& failure, bool was_undone, const std::string& change_id) {
    if (change_id.empty()) {
        if (was_undone) return false;
        throw CatalogueOutcomeUnknown(failure.what(), {});
    }
    try {
        return was_committed(change_id);
    } catch (const CatalogueError& error) {
        throw CatalogueOutcomeUnknown(
            std::string(failure.what()) + "; whether it was committed is not known: " + error.what(),
            change_id);
    }
}

bool Database::was_committed(const std::string& change_id) {
    return guarded([&] {
        const TurnToWrite turn(*this);
        auto leased = lease();
        try {
            std::optional<Transaction> transaction;
            begin(transaction, leased);
            const bool committed = was_audited(leased.session(), change_id);
            note_success();
            return committed;
        } catch (const soci::soci_error& error) {
            note_failure(error, leased);
            throw;
        }
    });
}

bool Database::change(const AuditRecord& audit, const Change& body) {
    const std::string change_id = random_uuid();
    return write(
        [&](soci::session& sql) {
            if (!body(sql)) return false;
            insert_audit(sql, audit, change_id);
            return true;
        },
        change_id);
}

bool Database::change_access(const AuditRecord& audit, const Change& body) {
    return change(audit, [&](soci::session& sql) {
        if (!body(sql)) return false;
        run(sql, "update access_version set version = version + 1");
        return true;
    });
}

Database::Database(CatalogueUrl url, std::size_t connections, std::chrono::milliseconds deadline)
    : url_(std::move(url)), deadline_(deadline), connections_(url_, connections, deadline) {
    auto leased = connections_.lease();
    leased.lift_deadline();
    migrate(leased.session());
}

void Database::probe(const std::string& owner, Instant now) {
    const Lock one_at_a_time(probing_);
    guarded([&] {
        probing_.assert_held();  // by the lock above
        if (!probe_connection_) probe_connection_.emplace(url_, 1, deadline_);
        auto leased = probe_connection_->lease();
        try {
            read_as_requests_do(leased.session());
            std::optional<Transaction> transaction;
            begin(transaction, leased);
            write_as_requests_do(leased.session(), owner, now);
            transaction->commit();
        } catch (const soci::soci_error& error) {
            if (found_it_read_only(error)) probe_connection_->renew();
            note_failure(error, leased);
            throw;
        }
        outage_.end();
    });
}

}  // namespace keyward::storage
