#include <algorithm>

#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/key_rows.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

std::vector<std::string> keys_with_expired_intents(soci::session& sql, Instant now) {
    std::vector<std::string> ids;
    for_each_row<std::string>(
        sql,
        "select key_id from intents group by key_id having max(lease_until) <= :now order by key_id limit "
        ":most",
        {now, static_cast<long long>(recovery_batch)}, [&](const std::string& id) { ids.push_back(id); });
    return ids;
}

/// Whether another transaction has locked the key's row: then its owner is alive and works on the key.
bool is_in_hand(soci::session& sql, const std::string& key_id) {
    return !exists(sql, "select id from keys where id = :id" + for_update_skip_locked(sql), {key_id});
}

// Checks again under the lock, because the owner may have finished or renewed its leases by then.
std::size_t resolve_key(soci::session& sql, const std::string& key_id, Instant now, const std::string& owner,
                        Instant lease_until) {
    if (is_in_hand(sql, key_id)) return 0;
    const auto key = lock_key(sql, key_id);
    const auto intents = lock_intents(sql, key_id);
    if (std::any_of(intents.begin(), intents.end(),
                    [&](const Intent& intent) { return intent.lease_until > now; }))
        return 0;
    for (const auto& intent : intents)
        insert_tombstone(sql, {.object_id = intent.object_id,
                               .environment = intent.environment,
                               .owner = owner,
                               .lease_until = lease_until,
                               .keep_until = lease_until,
                               .serial = intent.serial});
    delete_intents(sql, key_id);
    if (key && key->state == KeyState::creating) delete_key(sql, key_id);
    return intents.size();
}

std::optional<std::string> key_undeployed_with(soci::session& sql, const ObjectId& id) {
    std::optional<std::string> key_id;
    for_each_row<std::string>(sql, "select key_id from deployments where object_id = :id and state = :state",
                              {id, enum_name(DeploymentState::deleting)},
                              [&](const std::string& found) { key_id = found; });
    return key_id;
}

bool end_tombstone(soci::session& sql, const ObjectId& id) {
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

}  // namespace

std::size_t SqlChangeLog::resolve_expired_intents(Instant now, const std::string& owner, Instant lease_until,
                                                  const AuditRecord& audit) {
    std::size_t count = 0;
    database_.change(audit, [&](soci::session& sql) {
        count = 0;  // the transaction may run again
        for (const auto& key_id : keys_with_expired_intents(sql, now))
            count += resolve_key(sql, key_id, now, owner, lease_until);
        return count > 0;
    });
    return count;
}

std::vector<Tombstone> SqlChangeLog::claim_tombstones(const TombstoneClaim& claim) {
    std::vector<Tombstone> claimed;
    database_.write([&](soci::session& sql) {
        claimed = select_tombstones(
            sql,
            "where environment = :environment and serial = '' and look_after <= :due and (lease_until <= "
            ":now "
            "or owner = :owner) and object_id > :after order by object_id limit :most" +
                for_update_skip_locked(sql),
            {claim.environment, claim.now, claim.now, claim.owner, claim.after ? claim.after->hex() : "",
             static_cast<long long>(recovery_batch)});
        for (Tombstone& tombstone : claimed) {
            run(sql, "update tombstones set owner = :owner, lease_until = :lease where object_id = :id",
                {claim.owner, claim.lease_until, tombstone.object_id});
            tombstone.owner = claim.owner;
            tombstone.lease_until = claim.lease_until;
        }
        return !claimed.empty();
    });
    return claimed;
}

std::map<std::string, std::size_t> SqlChangeLog::waiting_tombstones(Instant now, const std::string& owner) {
    return database_.read([&](soci::session& sql) {
        std::map<std::string, std::size_t> waiting;
        for_each_row<std::string, long long>(
            sql,
            "select environment, count(*) from tombstones where serial = '' and look_after <= :due and "
            "(lease_until <= :now or owner = :owner) group by environment",
            {now, now, owner}, [&](const std::string& environment, long long tombstones) {
                waiting[environment] = static_cast<std::size_t>(tombstones);
            });
        return waiting;
    });
}

ObjectFate SqlChangeLog::fate_of(const ObjectId& id) {
    return database_.read([&](soci::session& sql) -> ObjectFate {
        auto fate = ObjectFate::unknown;
        for_each_row<std::string, std::string>(
            sql,
            "select 'deployment', state from deployments where object_id = :deployed and state <> :deleting"
            " union all select 'condemned', serial from intents where object_id = :intended"
            " union all select 'condemned', serial from tombstones where object_id = :condemned",
            {id, enum_name(DeploymentState::deleting), id, id},
            [&](const std::string& kind, const std::string& detail) {
                if (kind == "deployment") fate = ObjectFate::in_use;
                if (fate == ObjectFate::in_use) return;
                fate = detail.empty() ? ObjectFate::condemned : ObjectFate::in_another_token;
            });
        return fate;
    });
}

bool SqlChangeLog::condemn(const Tombstone& tombstone, const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        if (exists(sql, "select object_id from deployments where object_id = :id and state <> :deleting",
                   {tombstone.object_id, enum_name(DeploymentState::deleting)}))
            return false;
        insert_tombstone(sql, tombstone);
        return true;
    });
}

void SqlChangeLog::begin_destruction(const ObjectId& id) {
    database_.write([&](soci::session& sql) {
        return run(sql, "update tombstones set attempted = 1 where object_id = :id", {id}) == 1;
    });
}

void SqlChangeLog::note_lookup(const ObjectId& id, bool attempted, int absent_looks, Instant look_after) {
    database_.write([&](soci::session& sql) {
        return run(sql,
                   "update tombstones set attempted = :attempted, absent_looks = :looks, look_after = :after"
                   " where object_id = :id",
                   {attempted ? 1LL : 0LL, static_cast<long long>(absent_looks), look_after, id}) == 1;
    });
}

bool SqlChangeLog::give_up_tombstone(const ObjectId& id, const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) { return end_tombstone(sql, id); });
}

void SqlChangeLog::remove_tombstone(const ObjectId& id, const AuditRecord& audit) {
    database_.change(audit, [&](soci::session& sql) {
        // The token was replaced during the lookup. That the new one does not have the object proves nothing.
        if (exists(sql, "select object_id from tombstones where object_id = :id and serial <> ''", {id}))
            return false;
        return end_tombstone(sql, id);
    });
}

std::vector<Tombstone> SqlChangeLog::tombstones() {
    return database_.read(
        [&](soci::session& sql) { return select_tombstones(sql, "order by object_id", {}); });
}

std::vector<Intent> SqlChangeLog::intents() {
    return database_.read([&](soci::session& sql) { return select_intents(sql, "order by object_id", {}); });
}

}  // namespace keyward::storage
