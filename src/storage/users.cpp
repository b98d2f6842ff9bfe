#include "storage/users.hpp"

#include "base/ids.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

bool insert_user(soci::session& sql, const std::string& name, const std::string& password_hash) {
    return run(sql,
               "insert into users (id, name, password_hash) values (:id, :name, :hash) on conflict (name) do "
               "nothing",
               {random_uuid(), name, password_hash}) == 1;
}

bool delete_user(soci::session& sql, const std::string& name) {
    return run(sql, "delete from users where name = :name", {name}) == 1;
}

std::vector<User> all_users(soci::session& sql) {
    std::vector<User> users;
    for_each_row<std::string, std::string>(
        sql, "select id, name from users order by name", {},
        [&](const std::string& id, const std::string& name) { users.push_back({.id = id, .name = name}); });
    return users;
}

std::optional<User> find_user(soci::session& sql, const std::string& name) {
    std::optional<User> user;
    for_each_row<std::string>(sql, "select id from users where name = :name", {name},
                              [&](const std::string& id) { user = User{.id = id, .name = name}; });
    return user;
}

std::optional<Credentials> find_credentials(soci::session& sql, const std::string& name) {
    std::optional<Credentials> credentials;
    for_each_row<std::string, std::string>(sql, "select id, password_hash from users where name = :name",
                                           {name}, [&](const std::string& id, const std::string& hash) {
                                               credentials = Credentials{.user = {.id = id, .name = name},
                                                                         .password_hash = hash};
                                           });
    return credentials;
}

bool lock_user(soci::session& sql, const std::string& user_id) {
    return exists(sql, "select id from users where id = :id" + for_update(sql), {user_id});
}

}  // namespace keyward::storage
