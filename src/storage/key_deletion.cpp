#include "storage/key_deletion.hpp"

#include <algorithm>

#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/key_rows.hpp"
#include "storage/recovery.hpp"

namespace keyward::storage {
namespace {

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
    const bool written = insert_tombstone(sql, {.object_id = *row.object_id,
                                                .environment = row.environment,
                                                .owner = remover.owner,
                                                .lease_until = remover.lease_until,
                                                .serial = row.serial,
                                                .deployed = row.state != DeploymentState::failed,
                                                .attempted = row.serial.empty(),
                                                .created_at = remover.now});
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

bool delete_finished_key(soci::session& sql, const std::string& key_id) {
    return run(sql,
               "delete from keys where id = :id and state = :state"
               " and not exists (select 1 from deployments where key_id = keys.id)",
               {key_id, enum_name(KeyState::deleting)}) == 1;
}

std::optional<std::string> key_undeployed_with(soci::session& sql, const ObjectId& id) {
    std::optional<std::string> key_id;
    for_each_row<std::string>(sql, "select key_id from deployments where object_id = :id and state = :state",
                              {id, enum_name(DeploymentState::deleting)},
                              [&](const std::string& found) { key_id = found; });
    return key_id;
}

}  // namespace

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

ObjectFate fate_of(soci::session& sql, const ObjectId& id) {
    auto fate = ObjectFate::unknown;
    for_each_row<std::string, std::string>(
        sql,
        "select 'deployment', state from deployments where object_id = :deployed and state <> :deleting"
        " union all select 'condemned', serial from intents where object_id = :intended"
        " union all select 'condemned', serial from tombstones where object_id = :buried",
        {id, enum_name(DeploymentState::deleting), id, id},
        [&](const std::string& kind, const std::string& detail) {
            if (kind == "deployment") fate = ObjectFate::in_use;
            if (fate == ObjectFate::in_use) return;
            fate = detail.empty() ? ObjectFate::condemned : ObjectFate::in_another_token;
        });
    return fate;
}

bool condemn(soci::session& sql, const Tombstone& tombstone) {
    if (exists(sql, "select object_id from deployments where object_id = :id and state <> :deleting",
               {tombstone.object_id, enum_name(DeploymentState::deleting)}))
        return false;
    insert_tombstone(sql, tombstone);
    return true;
}

bool begin_destruction(soci::session& sql, const ObjectId& id) {
    return run(sql, "update tombstones set attempted = 1 where object_id = :id", {id}) == 1;
}

bool note_lookup(soci::session& sql, const ObjectId& id, bool attempted, int absent_looks,
                 Instant look_after) {
    return run(sql,
               "update tombstones set attempted = :attempted, absent_looks = :looks, look_after = :after"
               " where object_id = :id",
               {attempted ? 1LL : 0LL, static_cast<long long>(absent_looks), look_after, id}) == 1;
}

bool remove_tombstone(soci::session& sql, const ObjectId& id) {
    // The token was replaced during the lookup. That the new one does not have the object proves nothing.
    if (exists(sql, "select object_id from tombstones where object_id = :id and serial <> ''", {id}))
        return false;
    return give_up_tombstone(sql, id);
}

bool give_up_tombstone(soci::session& sql, const ObjectId& id) {
    const auto key_id = key_undeployed_with(sql, id);
    if (key_id) lock_key(sql, *key_id);
    bool removed = run(sql, "delete from tombstones where object_id = :id", {id}) == 1;
    if (!key_id) return removed;
    removed = run(sql, "delete from deployments where object_id = :id and state = :state",
                  {id, enum_name(DeploymentState::deleting)}) == 1 ||
              removed;
    raise_revision(sql, *key_id);
    delete_finished_key(sql, *key_id);
    return removed;
}

}  // namespace keyward::storage
