#include "storage/removals.hpp"

#include <algorithm>

#include "storage/key_rows.hpp"
#include "storage/recovery.hpp"
#include "storage/sql.hpp"
#include "storage/words.hpp"

namespace keyward::storage {
namespace {

using service::Begin;
using service::DeploymentState;
using service::KeyState;
using service::Tombstone;

// Takes one deployment out of service; returns whether it was in service.
bool undeploy(soci::session& sql, const std::string& key_id, const DeploymentRow& row,
              const std::string& owner, Instant lease_until) {
    if (!row.object_id) {
        delete_deployment(sql, key_id, row.environment);
        return true;
    }
    const bool written = insert_tombstone(sql, {.object_id = *row.object_id,
                                                .environment = row.environment,
                                                .owner = owner,
                                                .lease_until = lease_until,
                                                .keep_until = {},
                                                .serial = row.serial});
    if (!row.serial.empty()) {
        // Nobody can say when that token is back; its tombstone waits for it alone.
        delete_deployment(sql, key_id, row.environment);
        return true;
    }
    if (row.state == DeploymentState::deleting) return written;
    run(sql, "update deployments set state = :state where key_id = :key and position = :position",
        {to_word(DeploymentState::deleting), key_id, row.position});
    return true;
}

std::vector<Tombstone> tombstones_of(soci::session& sql, const std::vector<DeploymentRow>& rows) {
    std::vector<Tombstone> found;
    for (const auto& row : rows)
        if (row.object_id)
            for (auto& tombstone :
                 select_tombstones(sql, "where object_id = :id and serial = ''", {*row.object_id}))
                found.push_back(std::move(tombstone));
    return found;
}

bool delete_finished_key(soci::session& sql, const std::string& key_id) {
    return run(sql,
               "delete from keys where id = :id and state = :state"
               " and not exists (select 1 from deployments where key_id = keys.id)",
               {key_id, to_word(KeyState::deleting)}) == 1;
}

std::optional<std::string> key_undeployed_with(soci::session& sql, const ObjectId& id) {
    std::optional<std::string> key_id;
    for_each_row<std::string>(sql, "select key_id from deployments where object_id = :id and state = :state",
                              {id, to_word(DeploymentState::deleting)},
                              [&](const std::string& found) { key_id = found; });
    return key_id;
}

}  // namespace

BegunRemoval begin_removal(soci::session& sql, const std::string& key_id, std::int64_t revision,
                           const std::optional<std::string>& environment, const std::string& owner,
                           Instant lease_until) {
    const auto key = lock_key(sql, key_id);
    if (!key) return {{.begin = Begin::gone, .tombstones = {}}, false};
    const BegunRemoval conflict{{.begin = Begin::conflict, .tombstones = {}}, false};
    if (!lock_intents(sql, key_id).empty()) return conflict;
    if (key->state != KeyState::deleting && key->revision != revision) return conflict;

    auto rows = deployment_rows(sql, key_id);
    if (environment)
        std::erase_if(rows, [&](const DeploymentRow& row) { return row.environment != *environment; });
    if (environment && rows.empty()) return conflict;

    BegunRemoval begun{{.begin = Begin::begun, .tombstones = {}}, false};
    for (const auto& row : rows)
        begun.changed = undeploy(sql, key_id, row, owner, lease_until) || begun.changed;
    if (!environment && key->state != KeyState::deleting)
        begun.changed = run(sql, "update keys set state = :state where id = :id",
                            {to_word(KeyState::deleting), key_id}) == 1;
    if (begun.changed) raise_revision(sql, key_id);
    begun.removal.tombstones = tombstones_of(sql, rows);
    begun.changed = delete_finished_key(sql, key_id) || begun.changed;
    return begun;
}

bool remove_tombstone(soci::session& sql, const ObjectId& id) {
    // The token was replaced while the object was looked for: that it is not in the new one says nothing.
    if (exists(sql, "select object_id from tombstones where object_id = :id and serial <> ''", {id}))
        return false;
    const auto key_id = key_undeployed_with(sql, id);
    if (key_id) lock_key(sql, *key_id);
    bool removed = run(sql, "delete from tombstones where object_id = :id", {id}) == 1;
    if (!key_id) return removed;
    removed = run(sql, "delete from deployments where object_id = :id and state = :state",
                  {id, to_word(DeploymentState::deleting)}) == 1 ||
              removed;
    raise_revision(sql, *key_id);
    delete_finished_key(sql, *key_id);
    return removed;
}

}  // namespace keyward::storage
