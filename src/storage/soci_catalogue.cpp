#include "storage/soci_catalogue.hpp"

#include "storage/api_tokens.hpp"
#include "storage/attempts.hpp"
#include "storage/audit.hpp"
#include "storage/database_errors.hpp"
#include "storage/drift.hpp"
#include "storage/grants.hpp"
#include "storage/key_reading.hpp"
#include "storage/keys.hpp"
#include "storage/projects.hpp"
#include "storage/recovery.hpp"
#include "storage/removals.hpp"
#include "storage/schema.hpp"
#include "storage/sql.hpp"
#include "storage/token_bindings.hpp"
#include "storage/transaction.hpp"
#include "storage/users.hpp"

namespace keyward::storage {
namespace {

using service::AuditRecord;

constexpr int attempts_against_concurrency = 10;

// Begins where nothing has happened yet, so a connection that the server closed while it was idle can be
// opened again unseen.
void begin(std::optional<Transaction>& transaction, Connections::Lease& lease) {
    try {
        transaction.emplace(lease.session());
    } catch (const soci::soci_error&) {
        if (!lease.lost()) throw;
        lease.reopen();
        transaction.emplace(lease.session());
    }
}

}  // namespace

/// Turns the database's errors into the port's.
template <typename Body>
auto SociCatalogue::guarded(Body body) {
    try {
        return body();
    } catch (const soci::soci_error& error) {
        throw to_catalogue_error(error, url_.password);
    }
}

/// One statement that only reads: it may run again on a new connection.
template <typename Body>
auto SociCatalogue::read_leased(Body body) {
    return guarded([&] {
        auto lease = connections_.lease();
        try {
            return body(lease);
        } catch (const soci::soci_error&) {
            if (!lease.lost()) throw;
        }
        lease.reopen();
        return body(lease);
    });
}

template <typename Body>
auto SociCatalogue::read(Body body) {
    return read_leased([&](Connections::Lease& lease) { return body(lease.session()); });
}

/// SQLite has one writer at a time, and those that find it taken sleep and try again. Threads of this process
/// wait for each other here in place of that; other processes still meet at SQLite's lock.
std::unique_lock<std::mutex> SociCatalogue::turn_to_write() {
    if (url_.backend == Backend::sqlite) return std::unique_lock(writing_);
    return {};
}

/// Runs `body`, which returns whether it changed something, in a transaction that is kept only then.
template <typename Body>
bool SociCatalogue::write(Body body) {
    return guarded([&] {
        for (int attempt = 1;; ++attempt) {
            const auto turn = turn_to_write();
            auto lease = connections_.lease();
            try {
                std::optional<Transaction> transaction;
                begin(transaction, lease);
                if (!body(lease.session())) return false;
                transaction->commit();
                return true;
            } catch (const soci::soci_error& error) {
                if (attempt == attempts_against_concurrency || !lost_to_a_concurrent_transaction(error))
                    throw;
            }
        }
    });
}

template <typename Body>
bool SociCatalogue::change(const AuditRecord& audit, Body body) {
    return write([&](soci::session& sql) {
        if (!body(sql)) return false;
        insert_audit(sql, audit);
        return true;
    });
}

/// A change after which what was read of tokens, users, grants and projects may no longer hold.
template <typename Body>
bool SociCatalogue::change_access(const AuditRecord& audit, Body body) {
    return change(audit, [&](soci::session& sql) {
        if (!body(sql)) return false;
        run(sql, "update access_version set version = version + 1");
        return true;
    });
}

SociCatalogue::SociCatalogue(CatalogueUrl url, std::size_t connections)
    : url_(std::move(url)), connections_(url_, connections) {
    auto lease = connections_.lease();
    migrate(lease.session());
}

bool SociCatalogue::create_project(const std::string& name, const std::vector<std::string>& environments,
                                   const AuditRecord& audit) {
    return change(audit,
                  [&](soci::session& sql) { return storage::insert_project(sql, name, environments); });
}

bool SociCatalogue::delete_project(const std::string& name, const AuditRecord& audit) {
    return change_access(audit, [&](soci::session& sql) { return storage::delete_project(sql, name); });
}

std::vector<service::Project> SociCatalogue::projects() {
    return read([&](soci::session& sql) { return storage::all_projects(sql); });
}

std::optional<service::Project> SociCatalogue::find_project(const std::string& name) {
    return read([&](soci::session& sql) { return storage::find_project(sql, name); });
}

bool SociCatalogue::create_user(const std::string& name, const std::string& password_hash,
                                const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::insert_user(sql, name, password_hash); });
}

bool SociCatalogue::delete_user(const std::string& name, const AuditRecord& audit) {
    return change_access(audit, [&](soci::session& sql) { return storage::delete_user(sql, name); });
}

std::vector<service::User> SociCatalogue::users() {
    return read([&](soci::session& sql) { return storage::all_users(sql); });
}

std::optional<service::User> SociCatalogue::find_user(const std::string& name) {
    return read([&](soci::session& sql) { return storage::find_user(sql, name); });
}

std::optional<service::Credentials> SociCatalogue::find_credentials(const std::string& user_name) {
    return read([&](soci::session& sql) { return storage::find_credentials(sql, user_name); });
}

void SociCatalogue::add_grant(const std::string& user_id, const service::Grant& grant,
                              const AuditRecord& audit) {
    change_access(audit, [&](soci::session& sql) {
        storage::add_grant(sql, user_id, grant);
        return true;
    });
}

bool SociCatalogue::revoke_grant(const std::string& user_id, const service::Grant& grant,
                                 const AuditRecord& audit) {
    return change_access(audit,
                         [&](soci::session& sql) { return storage::revoke_grant(sql, user_id, grant); });
}

std::vector<service::Grant> SociCatalogue::grants_of(const std::string& user_id) {
    return read([&](soci::session& sql) { return storage::grants_of(sql, user_id); });
}

std::string SociCatalogue::create_api_token(const std::string& user_id, const std::string& name,
                                            const std::string& hash, std::optional<Instant> expires_at,
                                            const AuditRecord& audit) {
    const service::ApiToken token{.id = random_uuid(),
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

std::vector<service::ApiToken> SociCatalogue::api_tokens() {
    return read([&](soci::session& sql) { return storage::all_api_tokens(sql); });
}

std::optional<service::Identity> SociCatalogue::find_identity(const std::string& hash) {
    return read([&](soci::session& sql) { return storage::find_identity(sql, hash); });
}

void SociCatalogue::remove_expired_tokens(const std::string& name, Instant before) {
    write([&](soci::session& sql) { return storage::remove_expired_tokens(sql, name, before); });
}

std::int64_t SociCatalogue::access_version() {
    return read_leased([](Connections::Lease& lease) { return lease.hot().access_version(); });
}

bool SociCatalogue::begin_create(const service::Key& key, const std::vector<service::Intent>& intents,
                                 const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::begin_create(sql, key, intents); });
}

bool SociCatalogue::commit_create(const service::Key& key, const service::Settlement& settlement,
                                  const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::commit_create(sql, key, settlement); });
}

bool SociCatalogue::abandon_change(const std::string& key_id, const service::Settlement& settlement,
                                   const AuditRecord& audit) {
    return change(audit,
                  [&](soci::session& sql) { return storage::abandon_change(sql, key_id, settlement); });
}

service::Begin SociCatalogue::begin_update(const std::string& key_id, std::int64_t revision,
                                           const std::vector<service::Intent>& intents,
                                           const AuditRecord& audit) {
    auto outcome = service::Begin::gone;
    change(audit, [&](soci::session& sql) {
        outcome = storage::begin_update(sql, key_id, revision, intents);
        return outcome == service::Begin::begun;
    });
    return outcome;
}

std::optional<std::vector<service::Tombstone>> SociCatalogue::commit_update(
    const service::Key& key, const std::set<std::string>& changed, const service::Settlement& settlement,
    const AuditRecord& audit) {
    std::optional<std::vector<service::Tombstone>> retired;
    change(audit, [&](soci::session& sql) {
        retired = storage::commit_update(sql, key, changed, settlement);
        return retired.has_value();
    });
    return retired;
}

service::Removal SociCatalogue::begin_removal(const std::string& key_id, std::int64_t revision,
                                              const std::optional<std::string>& environment,
                                              const std::string& owner, Instant lease_until,
                                              const AuditRecord& audit) {
    service::Removal removal;
    change(audit, [&](soci::session& sql) {
        auto begun = storage::begin_removal(sql, key_id, revision, environment, owner, lease_until);
        removal = std::move(begun.removal);
        return begun.changed;
    });
    return removal;
}

std::optional<service::Key> SociCatalogue::find_key(const std::string& project_id, const std::string& name) {
    return read([&](soci::session& sql) { return storage::find_key(sql, project_id, name); });
}

std::optional<service::KeyStanding> SociCatalogue::find_standing(const std::string& project_id,
                                                                 const std::string& name) {
    return read_leased([&](Connections::Lease& lease) { return lease.hot().standing(project_id, name); });
}

std::vector<service::KeyStanding> SociCatalogue::list_standings(const service::KeyQuery& query) {
    return read([&](soci::session& sql) { return storage::list_standings(sql, query); });
}

std::vector<service::Key> SociCatalogue::list_keys(const service::KeyQuery& query) {
    return read([&](soci::session& sql) { return storage::list_keys(sql, query); });
}

std::set<ObjectId> SociCatalogue::objects_of(const std::string& key_id) {
    return read([&](soci::session& sql) { return storage::objects_of(sql, key_id); });
}

service::AttemptOutcome SociCatalogue::begin_attempt(const service::Attempt& attempt, Instant now,
                                                     Instant kept_since) {
    using Kind = service::AttemptOutcome::Kind;
    service::AttemptOutcome outcome;
    write([&](soci::session& sql) {
        outcome = storage::begin_attempt(sql, attempt, now, kept_since);
        return outcome.kind == Kind::begun || outcome.kind == Kind::cut_off;
    });
    return outcome;
}

void SociCatalogue::keep_answer(const service::KeptAnswer& answer) {
    write([&](soci::session& sql) { return storage::keep_answer(sql, answer); });
}

void SociCatalogue::end_attempt(const std::string& user_id, const std::string& key,
                                const std::string& owner) {
    write([&](soci::session& sql) { return storage::end_attempt(sql, user_id, key, owner); });
}

void SociCatalogue::renew_attempts(const std::string& owner, Instant lease_until) {
    write([&](soci::session& sql) { return storage::renew_attempts(sql, owner, lease_until); });
}

void SociCatalogue::forget_answers(Instant before) {
    write([&](soci::session& sql) { return storage::forget_answers(sql, before); });
}

std::string SociCatalogue::bind_token(const std::string& environment, const std::string& serial,
                                      const AuditRecord& audit) {
    std::string recorded = serial;
    change(audit, [&](soci::session& sql) {
        if (storage::bind_token(sql, environment, serial)) return true;
        recorded = storage::bound_token(sql, environment).value_or(serial);
        return false;
    });
    return recorded;
}

std::optional<std::string> SociCatalogue::bound_token(const std::string& environment) {
    return read([&](soci::session& sql) { return storage::bound_token(sql, environment); });
}

void SociCatalogue::rebind_token(const std::string& environment, const std::string& serial,
                                 const AuditRecord& audit) {
    change(audit, [&](soci::session& sql) { return storage::rebind_token(sql, environment, serial); });
}

std::vector<service::RecordedObject> SociCatalogue::recorded_objects(const std::string& environment) {
    return read([&](soci::session& sql) { return storage::recorded_objects(sql, environment); });
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

bool SociCatalogue::adopt_key(const service::Key& key, const AuditRecord& audit) {
    return change(audit, [&](soci::session& sql) { return storage::adopt_key(sql, key); });
}

std::size_t SociCatalogue::settle_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                                  const AuditRecord& audit) {
    std::size_t count = 0;
    change(audit, [&](soci::session& sql) {
        count = storage::settle_expired_intents(sql, now, owner, lease_until);
        return count > 0;
    });
    return count;
}

std::vector<service::Tombstone> SociCatalogue::claim_tombstones(const service::TombstoneClaim& claim) {
    std::vector<service::Tombstone> claimed;
    write([&](soci::session& sql) {
        claimed = storage::claim_tombstones(sql, claim);
        return !claimed.empty();
    });
    return claimed;
}

std::map<std::string, std::size_t> SociCatalogue::waiting_tombstones(Instant now, const std::string& owner) {
    return read([&](soci::session& sql) { return storage::waiting_tombstones(sql, now, owner); });
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

std::vector<service::Tombstone> SociCatalogue::tombstones() {
    return read([&](soci::session& sql) { return storage::all_tombstones(sql); });
}

std::vector<service::Intent> SociCatalogue::intents() {
    return read([&](soci::session& sql) { return storage::all_intents(sql); });
}

void SociCatalogue::record(const AuditRecord& audit) {
    change(audit, [](soci::session&) { return true; });
}

std::vector<AuditRecord> SociCatalogue::audit_trail(std::size_t limit) {
    return read([&](soci::session& sql) { return storage::newest_audit(sql, limit); });
}

void SociCatalogue::ping() {
    read([](soci::session& sql) { return exists(sql, "select version from schema_migrations", {}); });
}

}  // namespace keyward::storage
