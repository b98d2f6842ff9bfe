#include "storage/database/schema.hpp"

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "storage/database/sql.hpp"
#include "storage/database/transaction.hpp"

namespace keyward::storage {
namespace {

// TEXT is replaced by a text type that compares and sorts by octets, SERIAL by an automatically increasing
// number. All times are milliseconds since 1970. No column holds key material, wrapped or not.
constexpr std::array first_version{
    "create table projects (id TEXT primary key, name TEXT not null unique)",
    "create table project_environments (project_id TEXT not null references projects (id) on delete cascade,"
    " position bigint not null, name TEXT not null, primary key (project_id, position), unique (project_id, "
    "name))",

    "create table users (id TEXT primary key, name TEXT not null unique, password_hash TEXT not null)",

    // One row per environment, '' for all of them. A grant without a project applies everywhere.
    "create table grants (user_id TEXT not null references users (id) on delete cascade,"
    " project_id TEXT references projects (id) on delete cascade, permission TEXT not null, environment TEXT "
    "not null)",
    "create unique index grants_once on grants (user_id, coalesce(project_id, ''), permission, environment)",
    "create index grants_of_project on grants (project_id)",

    "create table api_tokens (id TEXT primary key, user_id TEXT not null references users (id) on delete "
    "cascade,"
    " name TEXT not null, hash TEXT not null unique, created_at bigint not null, expires_at bigint, revoked "
    "bigint not null)",
    "create index api_tokens_of_user on api_tokens (user_id)",

    "create table keys (id TEXT primary key, project_id TEXT not null references projects (id), name TEXT "
    "not null,"
    " description TEXT not null, type TEXT not null, algorithm TEXT not null, mechanisms TEXT not null, "
    "state TEXT not null,"
    " created_at bigint not null, updated_at bigint not null, unique (project_id, name))",

    "create table deployments (key_id TEXT not null references keys (id) on delete cascade, position bigint "
    "not null,"
    " environment TEXT not null, alias TEXT not null, source TEXT not null, state TEXT not null, object_id "
    "TEXT unique,"
    " size bigint not null, key_check_value TEXT not null, public_key_sha256 TEXT not null, public_key_pem "
    "TEXT not null,"
    " failure TEXT not null, primary key (key_id, position), unique (key_id, environment))",

    // A key with intents cannot be deleted: they must become tombstones first.
    "create table intents (object_id TEXT primary key, key_id TEXT not null references keys (id), "
    "environment TEXT not null,"
    " owner TEXT not null, lease_until bigint not null)",
    "create index intents_of_key on intents (key_id)",
    "create index intents_of_owner on intents (owner)",

    "create table tombstones (object_id TEXT primary key, environment TEXT not null, owner TEXT not null,"
    " lease_until bigint not null)",
    "create index tombstones_by_lease on tombstones (lease_until)",
    "create index tombstones_of_owner on tombstones (owner)",

    // `environments` is a JSON array of names. Names, not references: the record outlives its subjects.
    "create table audit (id SERIAL, happened_at bigint not null, actor TEXT not null, request_id TEXT not "
    "null,"
    " action TEXT not null, project TEXT not null, key_name TEXT not null, environments TEXT not null, "
    "result TEXT not null)",
};

constexpr std::array second_version{
    "alter table keys add column revision bigint not null default 0",
    // '' in rows of the first version: the uses that the key's mechanisms need.
    "alter table deployments add column uses TEXT not null default ''",
    "alter table tombstones add column keep_until bigint not null default 0",
    // Serial number of the token that holds the object; '' for the environment's present token.
    "alter table deployments add column serial TEXT not null default ''",
    "alter table tombstones add column serial TEXT not null default ''",
    "alter table intents add column serial TEXT not null default ''",

    "create index api_tokens_by_end on api_tokens (name, expires_at)",

    // `fingerprint` is a keyed hash of the request. `changed_at` is when the attempt began or was answered.
    "create table attempts (user_id TEXT not null references users (id) on delete cascade, idempotency_key "
    "TEXT not null,"
    " fingerprint TEXT not null, owner TEXT not null, lease_until bigint not null, answer TEXT, changed_at "
    "bigint not null, primary key (user_id, idempotency_key))",
    "create index attempts_by_change on attempts (changed_at)",
    "create index attempts_of_owner on attempts (owner) where answer is null",

    // The serial number of the token that holds the keys of an environment.
    "create table environment_tokens (environment TEXT primary key, serial TEXT not null)",

    // One row. The number grows when tokens, users, grants or projects change or are deleted.
    "create table access_version (version bigint not null)",
    "insert into access_version (version) values (0)",
};

constexpr std::array third_version{
    // Networks, not addresses, from which users have logged in recently.
    "create table login_networks (user_id TEXT not null references users (id) on delete cascade, network "
    "TEXT "
    "not null, last_login_at bigint not null, primary key (user_id, network))",
    "create index login_networks_by_time on login_networks (last_login_at)",

    // Id of the transaction that wrote the record: tells whether it was committed when its answer was lost.
    "alter table audit add column change_id TEXT",
    "create unique index audit_by_change on audit (change_id)",

    // Each process writes its row and reads it back, to find out whether it can write.
    "create table probes (owner TEXT primary key, probed_at bigint not null)",

    // Whether the object was in the token, whether its destruction was begun without a recorded end, the
    // number of lookups that did not find it, when the next one is due, and when the tombstone was created.
    "alter table tombstones add column deployed bigint not null default 0",
    "alter table tombstones add column attempted bigint not null default 0",
    "alter table tombstones add column created_at bigint not null default 0",
    "alter table tombstones add column absent_looks bigint not null default 0",
    "alter table tombstones add column look_after bigint not null default 0",
    // Tombstones of interrupted imports are those with a `keep_until`.
    "update tombstones set deployed = 1, attempted = 1 where keep_until = 0",
};

struct Migration {
    long long version;
    std::span<const char* const> statements;
};
// Append only: a released migration never changes.
constexpr std::array migrations{Migration{1, first_version}, Migration{2, second_version},
                                Migration{3, third_version}};

struct Placeholder {
    std::string_view name;
    std::string_view sqlite;
    std::string_view postgresql;
};
constexpr std::array placeholders{
    Placeholder{"TEXT", "text", "text collate \"C\""},
    Placeholder{"SERIAL", "integer primary key autoincrement",
                "bigint generated always as identity primary key"},
};

bool is_postgresql(soci::session& sql) {
    return sql.get_backend_name() == "postgresql";
}

std::string in_dialect(std::string statement, bool postgresql) {
    for (const auto& placeholder : placeholders) {
        const auto word = postgresql ? placeholder.postgresql : placeholder.sqlite;
        for (auto at = statement.find(placeholder.name); at != std::string::npos;
             at = statement.find(placeholder.name, at + word.size()))
            statement.replace(at, placeholder.name.size(), word);
    }
    return statement;
}

long long version_of(soci::session& sql) {
    long long version = 0;
    for_each_row<long long>(sql, "select coalesce(max(version), 0) from schema_migrations", {},
                            [&](long long found) { version = found; });
    return version;
}

void refuse_newer(long long version) {
    if (version <= migrations.back().version) return;
    throw CatalogueError("the catalogue has schema version " + std::to_string(version) +
                         ", but this keyward knows only up to " + std::to_string(migrations.back().version) +
                         ": run the version of keyward that made it, or a newer one");
}

void apply(soci::session& sql, const Migration& migration) {
    for (const auto* statement : migration.statements)
        run(sql, in_dialect(statement, is_postgresql(sql)));
    run(sql, "insert into schema_migrations (version, applied_at) values (:version, :at)",
        {migration.version, system_now()});
}

}  // namespace

void migrate(soci::session& sql) {
    Transaction transaction(sql);
    // Building an index may take longer than a statement of the service is allowed.
    if (is_postgresql(sql)) run(sql, "set local statement_timeout = 0");
    // SQLite's transaction already excludes other writers. The lock number has no other use.
    if (is_postgresql(sql)) exists(sql, "select cast(pg_advisory_xact_lock(5319148820) as text)", {});
    run(sql,
        "create table if not exists schema_migrations (version bigint primary key, applied_at bigint not "
        "null)");
    const auto version = version_of(sql);
    refuse_newer(version);
    for (const auto& migration : migrations)
        if (migration.version > version) apply(sql, migration);
    transaction.commit();
}

namespace {

using namespace std::chrono_literals;

// Removes rows of processes that ended long ago.
constexpr auto kept_for = 24h;

// One row of each table, by the same index or order as in requests.
constexpr std::array reads{
    "select cast(version as text) from access_version",
    "select t.id from api_tokens t join users u on u.id = t.user_id order by t.hash limit 1",
    "select p.id from projects p join project_environments e on e.project_id = p.id order by p.name limit 1",
    "select permission from grants limit 1",
    "select k.id from keys k left join deployments d on d.key_id = k.id order by k.project_id, k.name limit "
    "1",
    "select object_id from intents order by object_id limit 1",
    "select object_id from tombstones order by object_id limit 1",
    "select idempotency_key from attempts order by changed_at limit 1",
    "select action from audit order by id desc limit 1",
};

}  // namespace

void read_as_requests_do(soci::session& sql) {
    // Pages in this connection's cache would hide a damaged file.
    if (sql.get_backend_name() == "sqlite3") run(sql, "pragma shrink_memory");
    for (const auto* query : reads)
        exists(sql, query, {});
}

void write_as_requests_do(soci::session& sql, const std::string& owner, Instant now) {
    if (sql.get_backend_name() == "postgresql")
        run(sql, "lock table keys, deployments, intents, tombstones, attempts, audit in row exclusive mode");
    run(sql, "delete from probes where probed_at < :before", {now - kept_for});
    run(sql,
        "insert into probes (owner, probed_at) values (:owner, :at) on conflict (owner) do update set "
        "probed_at = excluded.probed_at",
        {owner, now});
    if (!exists(sql, "select owner from probes where owner = :owner and probed_at = :at", {owner, now}))
        throw CatalogueError("the catalogue does not contain what was just written to it");
}

}  // namespace keyward::storage
