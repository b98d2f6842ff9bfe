#include "storage/database/sql.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {

std::optional<Instant> SqlLoginNetworks::last_login(const std::string& user_name,
                                                    const std::string& network) {
    return database_.read([&](soci::session& sql) {
        std::optional<Instant> last;
        for_each_row<long long>(
            sql,
            "select n.last_login_at from login_networks n join users on users.id = n.user_id"
            " where users.name = :name and n.network = :network",
            {user_name, network}, [&](long long at) { last = instant_from(at); });
        return last;
    });
}

void SqlLoginNetworks::keep_login(const std::string& user_id, const std::string& network, Instant at) {
    database_.write([&](soci::session& sql) {
        run(sql,
            "insert into login_networks (user_id, network, last_login_at) values (:user, :network, :at)"
            " on conflict (user_id, network) do update set last_login_at = excluded.last_login_at",
            {user_id, network, at});
        return true;
    });
}

void SqlLoginNetworks::forget_logins(Instant before) {
    database_.write([&](soci::session& sql) {
        return run(sql, "delete from login_networks where last_login_at < :before", {before}) > 0;
    });
}

}  // namespace keyward::storage
