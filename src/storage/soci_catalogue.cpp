#include "storage/soci_catalogue.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include "storage/api_tokens.hpp"
#include "storage/audit.hpp"
#include "storage/database/database_errors.hpp"
#include "storage/database/probe.hpp"
#include "storage/database/schema.hpp"
#include "storage/database/sql.hpp"
#include "storage/database/transaction.hpp"
#include "storage/drift.hpp"
#include "storage/grants.hpp"
#include "storage/idempotency_records.hpp"
#include "storage/key_deletion.hpp"
#include "storage/key_reading.hpp"
#include "storage/keys.hpp"
#include "storage/login_networks.hpp"
#include "storage/login_networks_of.hpp"
#include "storage/projects.hpp"
#include "storage/recovery.hpp"
#include "storage/token_bindings.hpp"
#include "storage/users.hpp"

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
class SociCatalogue::TurnToWrite {
  public:
    explicit TurnToWrite(SociCatalogue& catalogue) {
        if (catalogue.url_.backend != Backend::sqlite) return;
        const auto outages = catalogue.outage_.times();
        catalogue.refuse_in_outage();
        lock_ = std::unique_lock(catalogue.writing_, catalogue.deadline_);
        if (!lock_ || catalogue.outage_.times() != outages)
            throw CatalogueError("the catalogue's database is locked: another process may hang");
    }

  private:
    std::unique_lock<TimedMutex> lock_;
};

/// Translates the database's errors into those of the port.
template <typename Body>
auto SociCatalogue::guarded(Body body) {
    try {
        return body();
    } catch (const soci::soci_error& error) {
        throw to_catalogue_error(error, url_.password);
    }
}

void SociCatalogue::refuse_in_outage() {
    if (outage_.refuses())
        throw CatalogueError("the catalogue's database does not answer; it is asked again every second");
}

/// With PostgreSQL, refuses a connection while the database does not answer. SQLite can be read while it
/// cannot be written.
Connections::Lease SociCatalogue::lease() {
    if (url_.backend == Backend::postgresql) refuse_in_outage();
    const auto began = std::chrono::steady_clock::now();
    try {
        return connections_.lease();
    } catch (...) {
        if (std::chrono::steady_clock::now() - began > deadline_ / 2) outage_.begin();
        throw;
    }
}

void SociCatalogue::note_failure(const soci::soci_error& error, const Connections::Lease& lease) {
    const bool unanswered = lease.was_cut() && !outage_.answered_within(deadline_ / 2);
    if (unanswered || found_it_locked(error)) outage_.begin();
    if (found_it_read_only(error)) connections_.renew();
}

void SociCatalogue::note_success() {
    if (url_.backend == Backend::postgresql) outage_.end();
}

/// Runs one statement that only reads. It may run again, also on a new connection.
template <typename Body>
auto SociCatalogue::read_leased(Body body) {
    return guarded([&] {
        for (int attempt = 1;; ++attempt) {
            try {
                auto leased = lease();
                try {
                    auto result = body(leased);
                    note_success();
                    return result;
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

template <typename Body>
auto SociCatalogue::read(Body body) {
    return read_leased([&](Connections::Lease& leased) { return body(leased.session()); });
}

/// Runs `body` in a transaction and commits if it returns true, which means that it changed something. Throws
/// CommitFailed when the outcome is unknown.
template <typename Body>
bool SociCatalogue::transact(Body body) {
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

/// The same, with retries after a conflict with a concurrent transaction or when the server cannot be written
/// to. If the answer to a commit is lost, looks the outcome up by the id that `body` writes.
template <typename Body>
bool SociCatalogue::write(Body body, const std::string& change_id) {
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
bool SociCatalogue::went_through(const CatalogueError& failure, bool was_undone,
                                 const std::string& change_id) {
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

bool SociCatalogue::was_committed(const std::string& change_id) {
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

template <typename Body>
bool SociCatalogue::change(const AuditRecord& audit, Body body) {
    const std::string change_id = random_uuid();
    return write(
        [&](soci::session& sql) {
            if (!body(sql)) return false;
            insert_audit(sql, audit, change_id);
            return true;
        },
        change_id);
}

/// A change that invalidates cached data about tokens, users, grants and projects.
template <typename Body>
bool SociCatalogue::change_access(const AuditRecord& audit, Body body) {
    return change(audit, [&](soci::session& sql) {
        if (!body(sql)) return false;
        run(sql, "update access_version set version = version + 1");
        return true;
    });
}

SociCatalogue::SociCatalogue(CatalogueUrl url, std::size_t connections, std::chrono::milliseconds deadline)
    : url_(std::move(url)), deadline_(deadline), connections_(url_, connections, deadline) {
    auto leased = connections_.lease();
    leased.lift_deadline();
    migrate(leased.session());
}

bool SociCatalogue::create_project(const std::string& name, const std::vector<std::string>& environments,
                                   const AuditRecord& audit) {
    return change(audit,
                  [&](soci::session& sql) { return storage::insert_project(sql, name, environments); });
}

bool SociCatalogue::delete_project(const std::string& name, const AuditRecord& audit) {
    return change_access(audit, [&](soci::session& sql) { return storage::delete_project(sql, name); });
}

std::vector<Project> SociCatalogue::projects() {
    return read([&](soci::session& sql) { return storage::all_projects(sql); });
}

std::optional<Project> SociCatalogue::find_project(const std::string& name) {
    return read([&](soci::session& sql) { return storage::find_project(sql, name); });
}

bool SociCatalogue::create_user(const std::string& name, const std::string& password_hash,
                                const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::insert_user(sql, name, password_hash); });
}

bool SociCatalogue::delete_user(const std::string& name, const AuditRecord& audit) {
    return change_access(audit, [&](soci::session& sql) { return storage::delete_user(sql, name); });
}

std::vector<User> SociCatalogue::users() {
    return read([&](soci::session& sql) { return storage::all_users(sql); });
}

std::optional<User> SociCatalogue::find_user(const std::string& name) {
    return read([&](soci::session& sql) { return storage::find_user(sql, name); });
}

std::optional<Credentials> SociCatalogue::find_credentials(const std::string& user_name) {
    return read([&](soci::session& sql) { return storage::find_credentials(sql, user_name); });
}

void SociCatalogue::add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) {
    change_access(audit, [&](soci::session& sql) {
        storage::add_grant(sql, user_id, grant);
        return true;
    });
}

bool SociCatalogue::revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) {
    return change_access(audit,
                         [&](soci::session& sql) { return storage::revoke_grant(sql, user_id, grant); });
}

std::vector<Grant> SociCatalogue::grants_of(const std::string& user_id) {
    return read([&](soci::session& sql) { return storage::grants_of(sql, user_id); });
}

std::string SociCatalogue::create_api_token(const std::string& user_id, const std::string& name,
                                            const std::string& hash, std::optional<Instant> expires_at,
                                            const AuditRecord& audit) {
    const ApiToken token{.id = random_uuid(),
                         .user_name = {},
                         .name = name,
                         .created_at = audit.at,
                         .expires_at = expires_at,
                         .revoked = false};
    change(audit, [&](soci::session& sql) {
        insert_api_token(sql, user_id, hash, token);
        return true;
    });
    return token.id;
}

bool SociCatalogue::revoke_api_token(const std::string& id, const AuditRecord& audit) {
    return change_access(audit, [&](soci::session& sql) { return storage::revoke_api_token(sql, id); });
}

std::vector<ApiToken> SociCatalogue::api_tokens() {
    return read([&](soci::session& sql) { return storage::all_api_tokens(sql); });
}

std::optional<Identity> SociCatalogue::find_identity(const std::string& hash) {
    return read([&](soci::session& sql) { return storage::find_identity(sql, hash); });
}

void SociCatalogue::remove_expired_tokens(const std::string& name, Instant before) {
    write([&](soci::session& sql) { return storage::remove_expired_tokens(sql, name, before); });
}

LoginNetworks& login_networks_of(Catalogue& catalogue) {
    return dynamic_cast<SociCatalogue&>(catalogue);
}

std::optional<Instant> SociCatalogue::last_login(const std::string& user_name, const std::string& network) {
    return read([&](soci::session& sql) { return storage::last_login(sql, user_name, network); });
}

void SociCatalogue::keep_login(const std::string& user_id, const std::string& network, Instant at) {
    write([&](soci::session& sql) {
        storage::keep_login(sql, user_id, network, at);
        return true;
    });
}

void SociCatalogue::forget_logins(Instant before) {
    write([&](soci::session& sql) { return storage::forget_logins(sql, before); });
}

std::int64_t SociCatalogue::access_version() {
    return read_leased([](Connections::Lease& lease) { return lease.hot().access_version(); });
}

bool SociCatalogue::begin_create(const Key& key, const std::vector<Intent>& intents,
                                 const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::begin_create(sql, key, intents); });
}

bool SociCatalogue::commit_create(const Key& key, const ChangeResolution& resolution,
                                  const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::commit_create(sql, key, resolution); });
}

bool SociCatalogue::abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                                   const AuditRecord& audit) {
    return change(audit,
                  [&](soci::session& sql) { return storage::abandon_change(sql, key_id, resolution); });
}

Begin SociCatalogue::begin_update(const std::string& key_id, std::int64_t revision,
                                  const std::vector<Intent>& intents, const AuditRecord& audit) {
    auto outcome = Begin::gone;
    change(audit, [&](soci::session& sql) {
        outcome = storage::begin_update(sql, key_id, revision, intents);
        return outcome == Begin::begun;
    });
    return outcome;
}

std::optional<std::vector<Tombstone>> SociCatalogue::commit_update(const Key& key,
                                                                   const std::set<std::string>& changed,
                                                                   const ChangeResolution& resolution,
                                                                   const AuditRecord& audit) {
    std::optional<std::vector<Tombstone>> retired;
    change(audit, [&](soci::session& sql) {
        retired = storage::commit_update(sql, key, changed, resolution);
        return retired.has_value();
    });
    return retired;
}

KeyDeletion SociCatalogue::begin_deletion(const std::string& key_id, std::int64_t revision,
                                          const std::optional<std::string>& environment,
                                          const std::string& owner, Instant lease_until,
                                          const AuditRecord& audit) {
    KeyDeletion removal;
    change(audit, [&](soci::session& sql) {
        auto begun =
            storage::begin_deletion(sql, key_id, revision, environment, owner, lease_until, audit.at);
        removal = std::move(begun.removal);
        return begun.changed;
    });
    return removal;
}

std::optional<Key> SociCatalogue::find_key(const std::string& project_id, const std::string& name) {
    return read([&](soci::session& sql) { return storage::find_key(sql, project_id, name); });
}

std::optional<KeyRevision> SociCatalogue::find_revision(const std::string& project_id,
                                                        const std::string& name) {
    return read_leased([&](Connections::Lease& lease) { return lease.hot().key_revision(project_id, name); });
}

std::vector<KeyRevision> SociCatalogue::list_revisions(const KeyQuery& query) {
    return read([&](soci::session& sql) { return storage::list_revisions(sql, query); });
}

std::vector<Key> SociCatalogue::list_keys(const KeyQuery& query) {
    return read([&](soci::session& sql) { return storage::list_keys(sql, query); });
}

std::set<ObjectId> SociCatalogue::objects_of(const std::string& key_id) {
    return read([&](soci::session& sql) { return storage::objects_of(sql, key_id); });
}

IdempotencyOutcome SociCatalogue::begin_attempt(const IdempotencyRecord& attempt, Instant now,
                                                Instant kept_since) {
    using Kind = IdempotencyOutcome::Kind;
    IdempotencyOutcome outcome;
    write([&](soci::session& sql) {
        outcome = storage::begin_attempt(sql, attempt, now, kept_since);
        return outcome.kind == Kind::begun || outcome.kind == Kind::cut_off;
    });
    return outcome;
}

void SociCatalogue::keep_answer(const StoredResponse& answer) {
    write([&](soci::session& sql) { return storage::keep_answer(sql, answer); });
}

void SociCatalogue::end_attempt(const std::string& user_id, const std::string& key,
                                const std::string& owner) {
    write([&](soci::session& sql) { return storage::end_attempt(sql, user_id, key, owner); });
}

void SociCatalogue::renew_attempts(const std::string& owner, const std::set<IdempotencyName>& names,
                                   Instant lease_until) {
    write([&](soci::session& sql) { return storage::renew_attempts(sql, owner, names, lease_until); });
}

void SociCatalogue::forget_answers(Instant before) {
    write([&](soci::session& sql) { return storage::forget_answers(sql, before); });
}

std::string SociCatalogue::pin_token(const std::string& environment, const std::string& serial,
                                     const AuditRecord& audit) {
    std::string recorded = serial;
    change(audit, [&](soci::session& sql) {
        if (storage::pin_token(sql, environment, serial)) return true;
        recorded = storage::pinned_token(sql, environment).value_or(serial);
        return false;
    });
    return recorded;
}

std::optional<std::string> SociCatalogue::pinned_token(const std::string& environment) {
    return read([&](soci::session& sql) { return storage::pinned_token(sql, environment); });
}

void SociCatalogue::retire_token(const std::string& environment, const std::string& former,
                                 const AuditRecord& audit) {
    change(audit, [&](soci::session& sql) { return storage::retire_token(sql, environment, former); });
}

void SociCatalogue::repin_token(const std::string& environment, const std::string& serial,
                                const AuditRecord& audit) {
    change(audit, [&](soci::session& sql) { return storage::repin_token(sql, environment, serial); });
}

std::vector<RecordedObject> SociCatalogue::recorded_objects(const std::string& environment,
                                                            const std::optional<ObjectId>& after,
                                                            std::size_t limit) {
    return read(
        [&](soci::session& sql) { return storage::recorded_objects(sql, environment, after, limit); });
}

std::vector<ObjectId> SociCatalogue::deployed_objects(const std::string& environment, std::size_t limit) {
    return read([&](soci::session& sql) { return storage::deployed_objects(sql, environment, limit); });
}

bool SociCatalogue::mark_missing(const ObjectId& id, const std::string& failure, const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::mark_missing(sql, id, failure); });
}

bool SociCatalogue::mark_found(const ObjectId& id, const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::mark_found(sql, id); });
}

bool SociCatalogue::reclaim_tombstone(const ObjectId& id, const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::reclaim_tombstone(sql, id); });
}

bool SociCatalogue::adopt_key(const Key& key, const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::adopt_key(sql, key); });
}

std::size_t SociCatalogue::resolve_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                                   const AuditRecord& audit) {
    std::size_t count = 0;
    change(audit, [&](soci::session& sql) {
        count = storage::resolve_expired_intents(sql, now, owner, lease_until);
        return count > 0;
    });
    return count;
}

std::vector<Tombstone> SociCatalogue::claim_tombstones(const TombstoneClaim& claim) {
    std::vector<Tombstone> claimed;
    write([&](soci::session& sql) {
        claimed = storage::claim_tombstones(sql, claim);
        return !claimed.empty();
    });
    return claimed;
}

std::map<std::string, std::size_t> SociCatalogue::waiting_tombstones(Instant now, const std::string& owner) {
    return read([&](soci::session& sql) { return storage::waiting_tombstones(sql, now, owner); });
}

ObjectFate SociCatalogue::fate_of(const ObjectId& id) {
    return read([&](soci::session& sql) { return storage::fate_of(sql, id); });
}

bool SociCatalogue::condemn(const Tombstone& tombstone, const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::condemn(sql, tombstone); });
}

void SociCatalogue::begin_destruction(const ObjectId& id) {
    write([&](soci::session& sql) { return storage::begin_destruction(sql, id); });
}

void SociCatalogue::note_lookup(const ObjectId& id, bool attempted, int absent_looks, Instant look_after) {
    write([&](soci::session& sql) {
        return storage::note_lookup(sql, id, attempted, absent_looks, look_after);
    });
}

bool SociCatalogue::give_up_tombstone(const ObjectId& id, const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::give_up_tombstone(sql, id); });
}

void SociCatalogue::remove_tombstone(const ObjectId& id, const AuditRecord& audit) {
    change(audit, [&](soci::session& sql) { return storage::remove_tombstone(sql, id); });
}

void SociCatalogue::renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                                 Instant lease_until) {
    write([&](soci::session& sql) {
        storage::renew_leases(sql, ids, owner, lease_until);
        return true;
    });
}

std::set<std::string> SociCatalogue::lease_owners() {
    return read([&](soci::session& sql) { return storage::lease_owners(sql); });
}

void SociCatalogue::expire_leases(const std::string& owner) {
    write([&](soci::session& sql) {
        storage::expire_leases(sql, owner);
        return true;
    });
}

std::vector<Tombstone> SociCatalogue::tombstones() {
    return read([&](soci::session& sql) { return storage::all_tombstones(sql); });
}

std::vector<Intent> SociCatalogue::intents() {
    return read([&](soci::session& sql) { return storage::all_intents(sql); });
}

void SociCatalogue::record(const AuditRecord& audit) {
    change(audit, [](soci::session&) { return true; });
}

std::vector<AuditRecord> SociCatalogue::audit_trail(std::size_t limit) {
    return read([&](soci::session& sql) { return storage::newest_audit(sql, limit); });
}

void SociCatalogue::probe(const std::string& owner, Instant now) {
    const std::lock_guard one_at_a_time(probing_);
    guarded([&] {
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
