#include "storage/change_log_rows.hpp"

#include "storage/database/sql.hpp"

namespace keyward::storage {

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

}  // namespace keyward::storage
