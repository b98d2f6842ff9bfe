#include "storage/recovery.hpp"

#include <algorithm>

#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/key_rows.hpp"

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
std::size_t settle_key(soci::session& sql, const std::string& key_id, Instant now, const std::string& owner,
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

}  // namespace

std::vector<Intent> select_intents(soci::session& sql, const std::string& rest, Parameters parameters) {
    std::vector<Intent> intents;
    for_each_row<std::string, std::string, std::string, std::string, long long, std::string>(
        sql, "select object_id, key_id, environment, owner, lease_until, serial from intents " + rest,
        std::move(parameters),
        [&](const std::string& id, const std::string& key, const std::string& environment,
            const std::string& owner, long long lease, const std::string& serial) {
            intents.push_back({.object_id = object_id_from(id),
                               .key_id = key,
                               .environment = environment,
                               .owner = owner,
                               .lease_until = instant_from(lease),
                               .serial = serial});
        });
    return intents;
}

std::vector<Tombstone> select_tombstones(soci::session& sql, const std::string& rest, Parameters parameters) {
    std::vector<Tombstone> tombstones;
    for_each_row<std::string, std::string, std::string, long long, long long, std::string, long long,
                 long long, long long, long long, long long>(
        sql,
        "select object_id, environment, owner, lease_until, keep_until, serial, deployed, attempted, "
        "absent_looks, look_after, created_at from tombstones " +
            rest,
        std::move(parameters),
        [&](const std::string& id, const std::string& environment, const std::string& owner, long long lease,
            long long keep, const std::string& serial, long long deployed, long long attempted,
            long long absent_looks, long long look_after, long long created_at) {
            tombstones.push_back({.object_id = object_id_from(id),
                                  .environment = environment,
                                  .owner = owner,
                                  .lease_until = instant_from(lease),
                                  .keep_until = instant_from(keep),
                                  .serial = serial,
                                  .deployed = deployed != 0,
                                  .attempted = attempted != 0,
                                  .absent_looks = static_cast<int>(absent_looks),
                                  .look_after = instant_from(look_after),
                                  .created_at = instant_from(created_at)});
        });
    return tombstones;
}

bool insert_tombstone(soci::session& sql, const Tombstone& tombstone) {
    return run(sql,
               "insert into tombstones (object_id, environment, owner, lease_until, keep_until, serial, "
               "deployed, attempted, created_at)"
               " values (:object, :environment, :owner, :lease, :keep, :serial, :deployed, :attempted, "
               ":created) on conflict (object_id) do nothing",
               {tombstone.object_id, tombstone.environment, tombstone.owner, tombstone.lease_until,
                tombstone.keep_until, tombstone.serial, tombstone.deployed ? 1LL : 0LL,
                tombstone.attempted ? 1LL : 0LL, tombstone.created_at}) == 1;
}

std::size_t resolve_expired_intents(soci::session& sql, Instant now, const std::string& owner,
                                    Instant lease_until) {
    std::size_t count = 0;
    for (const auto& key_id : keys_with_expired_intents(sql, now))
        count += settle_key(sql, key_id, now, owner, lease_until);
    return count;
}

std::vector<Tombstone> claim_tombstones(soci::session& sql, const TombstoneClaim& claim) {
    auto claimed = select_tombstones(
        sql,
        "where environment = :environment and serial = '' and look_after <= :due and (lease_until <= :now or "
        "owner = :owner) and object_id > :after order by object_id limit :most" +
            for_update_skip_locked(sql),
        {claim.environment, claim.now, claim.now, claim.owner, claim.after ? claim.after->hex() : "",
         static_cast<long long>(recovery_batch)});
    for (Tombstone& tombstone : claimed) {
        run(sql, "update tombstones set owner = :owner, lease_until = :lease where object_id = :id",
            {claim.owner, claim.lease_until, tombstone.object_id});
        tombstone.owner = claim.owner;
        tombstone.lease_until = claim.lease_until;
    }
    return claimed;
}

std::map<std::string, std::size_t> waiting_tombstones(soci::session& sql, Instant now,
                                                      const std::string& owner) {
    std::map<std::string, std::size_t> waiting;
    for_each_row<std::string, long long>(
        sql,
        "select environment, count(*) from tombstones where serial = '' and look_after <= :due and "
        "(lease_until <= :now or owner = :owner) group by environment",
        {now, now, owner}, [&](const std::string& environment, long long tombstones) {
            waiting[environment] = static_cast<std::size_t>(tombstones);
        });
    return waiting;
}

void renew_leases(soci::session& sql, const std::set<ObjectId>& ids, const std::string& owner,
                  Instant lease_until) {
    for (const auto& id : ids) {
        if (run(sql, "update intents set lease_until = :lease where object_id = :id and owner = :owner",
                {lease_until, id, owner}) == 0)
            run(sql, "update tombstones set lease_until = :lease where object_id = :id and owner = :owner",
                {lease_until, id, owner});
    }
}

std::set<std::string> lease_owners(soci::session& sql) {
    std::set<std::string> owners;
    for_each_row<std::string>(sql,
                              "select owner from intents where lease_until > 0 union select owner from "
                              "tombstones where lease_until > 0 union select owner from attempts where "
                              "answer is null and lease_until > 0",
                              {}, [&](const std::string& owner) { owners.insert(owner); });
    return owners;
}

void expire_leases(soci::session& sql, const std::string& owner) {
    run(sql, "update intents set lease_until = 0 where owner = :owner", {owner});
    run(sql, "update tombstones set lease_until = 0 where owner = :owner", {owner});
    run(sql, "update attempts set lease_until = 0 where owner = :owner and answer is null", {owner});
}

std::vector<Tombstone> all_tombstones(soci::session& sql) {
    return select_tombstones(sql, "order by object_id", {});
}

std::vector<Intent> all_intents(soci::session& sql) {
    return select_intents(sql, "order by object_id", {});
}

}  // namespace keyward::storage
