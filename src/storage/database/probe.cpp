#include "storage/database/probe.hpp"

#include <array>
#include <chrono>

#include "domain/catalogue.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {
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
        throw CatalogueError("the catalogue does not hold what was just written to it");
}

}  // namespace keyward::storage
