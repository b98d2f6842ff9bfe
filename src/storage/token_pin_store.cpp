#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

std::optional<std::string> recorded_serial(soci::session& sql, const std::string& environment) {
    std::optional<std::string> serial;
    for_each_row<std::string>(sql, "select serial from environment_tokens where environment = :environment",
                              {environment}, [&](const std::string& found) { serial = found; });
    return serial;
}

// It is unknown when the old token returns. Deployments that are being removed there count as removed, and
// only their tombstones wait.
void drop_undeployed(soci::session& sql, const std::string& environment) {
    const auto deleting = enum_name(DeploymentState::deleting);
    run(sql,
        "update keys set revision = revision + 1 where id in"
        " (select key_id from deployments where environment = :environment and state = :state)",
        {environment, deleting});
    run(sql, "delete from deployments where environment = :environment and state = :state",
        {environment, deleting});
    run(sql,
        "delete from keys where state = :state and not exists (select 1 from deployments where key_id = "
        "keys.id)",
        {enum_name(KeyState::deleting)});
}

// Marks objects in the old token with its serial number, and objects in the new one as the environment's.
void hand_over(soci::session& sql, const std::string& environment, const std::string& old_serial,
               const std::string& new_serial) {
    drop_undeployed(sql, environment);
    run(sql,
        "update keys set revision = revision + 1 where id in"
        " (select key_id from deployments where environment = :environment and object_id is not null"
        " and (serial = '' or serial = :new))",
        {environment, new_serial});
    run(sql, "update tombstones set absent_looks = 0, look_after = 0 where environment = :environment",
        {environment});
    for (const std::string table : {"deployments", "intents", "tombstones"}) {
        run(sql,
            "update " + table +
                " set serial = :old where environment = :environment and serial = '' and object_id is not "
                "null",
            {old_serial, environment});
        run(sql, "update " + table + " set serial = '' where environment = :environment and serial = :new",
            {environment, new_serial});
    }
}

}  // namespace

std::string SqlTokenPinStore::pin_token(const std::string& environment, const std::string& serial,
                                        const AuditRecord& audit) {
    std::string recorded = serial;
    database_.change(audit, [&](soci::session& sql) {
        if (run(sql,
                "insert into environment_tokens (environment, serial) values (:environment, :serial)"
                " on conflict (environment) do nothing",
                {environment, serial}) == 1)
            return true;
        recorded = recorded_serial(sql, environment).value_or(serial);
        return false;
    });
    return recorded;
}

std::optional<std::string> SqlTokenPinStore::pinned_token(const std::string& environment) {
    return database_.read([&](soci::session& sql) { return recorded_serial(sql, environment); });
}

void SqlTokenPinStore::retire_token(const std::string& environment, const std::string& former,
                                    const AuditRecord& audit) {
    database_.change(audit, [&](soci::session& sql) {
        const auto serial = recorded_serial(sql, environment);
        if (!serial || *serial == former) return false;
        hand_over(sql, environment, former, *serial);
        return true;
    });
}

void SqlTokenPinStore::repin_token(const std::string& environment, const std::string& serial,
                                   const AuditRecord& audit) {
    database_.change(audit, [&](soci::session& sql) {
        const auto before = recorded_serial(sql, environment);
        if (before != serial) hand_over(sql, environment, before.value_or("unknown"), serial);
        return run(sql,
                   "insert into environment_tokens (environment, serial) values (:environment, :serial)"
                   " on conflict (environment) do update set serial = excluded.serial"
                   " where environment_tokens.serial <> excluded.serial",
                   {environment, serial}) == 1;
    });
}

}  // namespace keyward::storage
