#include "storage/database/sql.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {

void SqlLeaseStore::renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                                 Instant lease_until) {
    database_.write([&](soci::session& sql) {
        for (const auto& id : ids) {
            if (run(sql, "update intents set lease_until = :lease where object_id = :id and owner = :owner",
                    {lease_until, id, owner}) == 0)
                run(sql,
                    "update tombstones set lease_until = :lease where object_id = :id and owner = :owner",
                    {lease_until, id, owner});
        }
        return true;
    });
}

std::set<std::string> SqlLeaseStore::lease_owners() {
    return database_.read([&](soci::session& sql) {
        std::set<std::string> owners;
        for_each_row<std::string>(sql,
                                  "select owner from intents where lease_until > 0 union select owner from "
                                  "tombstones where lease_until > 0 union select owner from attempts where "
                                  "answer is null and lease_until > 0",
                                  {}, [&](const std::string& owner) { owners.insert(owner); });
        return owners;
    });
}

void SqlLeaseStore::expire_leases(const std::string& owner) {
    database_.write([&](soci::session& sql) {
        run(sql, "update intents set lease_until = 0 where owner = :owner", {owner});
        run(sql, "update tombstones set lease_until = 0 where owner = :owner", {owner});
        run(sql, "update attempts set lease_until = 0 where owner = :owner and answer is null", {owner});
        return true;
    });
}

}  // namespace keyward::storage
