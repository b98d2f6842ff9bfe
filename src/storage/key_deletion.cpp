#include <algorithm>

#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/key_rows.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

// `changed` says whether there is something to commit: not when all was `deleting` already.
struct BegunDeletion {
    KeyDeletion removal;
    bool changed = false;
};

// The owner of the deletion, and the end of its lease.
struct Remover {
    std::string owner;
    Instant lease_until;
    Instant now;
};

// The result of taking one deployment out of service.
struct Undeployed {
    bool changed = false;  // it was in service
    bool fresh = false;    // its tombstone is new
};

Undeployed undeploy(soci::session& sql, const std::string& key_id, const DeploymentRow& row,
                    const Remover& remover) {
    if (!row.object_id) {
        delete_deployment(sql, key_id, row.environment);
        return {.changed = true};
    }
    const bool written =
        insert_tombstone(sql, tombstone_of(row, remover.owner, remover.lease_until, remover.now));
    if (!row.serial.empty()) {
        // It is unknown when that token returns; only its tombstone waits for it.
        delete_deployment(sql, key_id, row.environment);
        return {.changed = true};
    }
    if (row.state == DeploymentState::deleting) return {.changed = written, .fresh = written};
    run(sql, "update deployments set state = :state where key_id = :key and position = :position",
        {enum_name(DeploymentState::deleting), key_id, row.position});
    return {.changed = true, .fresh = written};
}

void add_tombstones(soci::session& sql, const DeploymentRow& row, bool fresh, std::vector<Tombstone>& found) {
    if (!row.object_id) return;
    for (auto& tombstone :
         select_tombstones(sql, "where object_id = :id and serial = ''", {*row.object_id})) {
        tombstone.fresh = fresh;
        found.push_back(std::move(tombstone));
    }
}

BegunDeletion begin_deletion(soci::session& sql, const std::string& key_id, std::int64_t revision,
                             const std::optional<std::string>& environment, const std::string& owner,
                             Instant lease_until, Instant now) {
    const auto key = lock_key(sql, key_id);
    if (!key) return {{.begin = Begin::gone, .tombstones = {}}, false};
    const auto conflict = [] { return BegunDeletion{{.begin = Begin::conflict, .tombstones = {}}, false}; };
    if (!lock_intents(sql, key_id).empty()) return conflict();
    if (key->state != KeyState::deleting && key->revision != revision) return conflict();

    auto rows = deployment_rows(sql, key_id);
    if (environment)
        std::erase_if(rows, [&](const DeploymentRow& row) { return row.environment != *environment; });
    if (environment && rows.empty()) return conflict();

    BegunDeletion begun{{.begin = Begin::begun, .tombstones = {}}, false};
    const Remover remover{.owner = owner, .lease_until = lease_until, .now = now};
    for (const auto& row : rows) {
        const Undeployed undeployed = undeploy(sql, key_id, row, remover);
        begun.changed = undeployed.changed || begun.changed;
        add_tombstones(sql, row, undeployed.fresh, begun.removal.tombstones);
    }
    if (!environment && key->state != KeyState::deleting)
        begun.changed = run(sql, "update keys set state = :state where id = :id",
                            {enum_name(KeyState::deleting), key_id}) == 1;
    if (begun.changed) raise_revision(sql, key_id);
    begun.changed = delete_finished_key(sql, key_id) || begun.changed;
    return begun;
}

}  // namespace

KeyDeletion SqlKeyStore::begin_deletion(const std::string& key_id, std::int64_t revision,
                                        const std::optional<std::string>& environment,
                                        const std::string& owner, Instant lease_until,
                                        const AuditRecord& audit) {
    KeyDeletion removal;
    database_.change(audit, [&](soci::session& sql) {
        auto begun =
            storage::begin_deletion(sql, key_id, revision, environment, owner, lease_until, audit.at);
        removal = std::move(begun.removal);
        return begun.changed;
    });
    return removal;
}

}  // namespace keyward::storage
