#include "base/ids.hpp"
#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

bool lock_user(soci::session& sql, const std::string& user_id) {
    return exists(sql, "select id from users where id = :id" + for_update(sql), {user_id});
}

constexpr const char* every_environment = "";
const std::string same_grant =
    " from grants where user_id = :user and coalesce(project_id, '') = :project and permission = :permission";

Parameters grant_key(const std::string& user_id, const Grant& grant) {
    return {user_id, grant.project_id, to_string(grant.permission)};
}

Parameters grant_row(const std::string& user_id, const Grant& grant, const std::string& environment) {
    auto parameters = grant_key(user_id, grant);
    parameters.emplace_back(environment);
    return parameters;
}

bool holds_row(soci::session& sql, const std::string& user_id, const Grant& grant,
               const std::string& environment) {
    return exists(sql, "select user_id" + same_grant + " and environment = :environment",
                  grant_row(user_id, grant, environment));
}

void insert_row(soci::session& sql, const std::string& user_id, const Grant& grant,
                const std::string& environment) {
    run(sql,
        "insert into grants (user_id, project_id, permission, environment)"
        " values (:user, nullif(:project, ''), :permission, :environment) on conflict do nothing",
        grant_row(user_id, grant, environment));
}

bool delete_rows(soci::session& sql, const std::string& user_id, const Grant& grant) {
    return run(sql, "delete" + same_grant, grant_key(user_id, grant)) > 0;
}

bool delete_row(soci::session& sql, const std::string& user_id, const Grant& grant,
                const std::string& environment) {
    return run(sql, "delete" + same_grant + " and environment = :environment",
               grant_row(user_id, grant, environment)) > 0;
}

// Revoking one environment of an unlimited grant leaves the other environments of the project. A grant that
// applies everywhere has no such list.
bool narrow(soci::session& sql, const std::string& user_id, const Grant& grant) {
    std::set<std::string> remaining;
    bool taken = false;
    for_each_row<std::string>(sql, "select name from project_environments where project_id = :project",
                              {grant.project_id}, [&](const std::string& name) {
                                  if (grant.environments.contains(name))
                                      taken = true;
                                  else
                                      remaining.insert(name);
                              });
    if (!taken) return false;
    delete_rows(sql, user_id, grant);
    for (const auto& environment : remaining)
        insert_row(sql, user_id, grant, environment);
    return true;
}

}  // namespace

bool SqlUserStore::create_user(const std::string& name, const std::string& password_hash,
                               const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        return run(sql,
                   "insert into users (id, name, password_hash) values (:id, :name, :hash) on conflict "
                   "(name) do "
                   "nothing",
                   {random_uuid(), name, password_hash}) == 1;
    });
}

bool SqlUserStore::delete_user(const std::string& name, const AuditRecord& audit) {
    return database_.change_access(audit, [&](soci::session& sql) {
        return run(sql, "delete from users where name = :name", {name}) == 1;
    });
}

std::vector<User> SqlUserStore::all_users() {
    return database_.read([&](soci::session& sql) {
        std::vector<User> users;
        for_each_row<std::string, std::string>(sql, "select id, name from users order by name", {},
                                               [&](const std::string& id, const std::string& name) {
                                                   users.push_back({.id = id, .name = name});
                                               });
        return users;
    });
}

std::optional<User> SqlUserStore::find_user(const std::string& name) {
    return database_.read([&](soci::session& sql) {
        std::optional<User> user;
        for_each_row<std::string>(sql, "select id from users where name = :name", {name},
                                  [&](const std::string& id) { user = User{.id = id, .name = name}; });
        return user;
    });
}

std::optional<Credentials> SqlUserStore::find_credentials(const std::string& user_name) {
    return database_.read([&](soci::session& sql) {
        std::optional<Credentials> credentials;
        for_each_row<std::string, std::string>(
            sql, "select id, password_hash from users where name = :name", {user_name},
            [&](const std::string& id, const std::string& hash) {
                credentials = Credentials{.user = {.id = id, .name = user_name}, .password_hash = hash};
            });
        return credentials;
    });
}

void SqlUserStore::add_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) {
    database_.change_access(audit, [&](soci::session& sql) {
        if (grant.environments.contains(every_environment))
            throw CatalogueError("a grant names an environment without a name, which would mean all of them");
        if (!lock_user(sql, user_id))
            throw CatalogueError("there is no user with the id '" + user_id +
                                 "' any more; look the user up again");
        if (holds_row(sql, user_id, grant, every_environment)) return true;
        if (grant.environments.empty()) {
            delete_rows(sql, user_id, grant);
            insert_row(sql, user_id, grant, every_environment);
        }
        for (const auto& environment : grant.environments)
            insert_row(sql, user_id, grant, environment);
        return true;
    });
}

bool SqlUserStore::revoke_grant(const std::string& user_id, const Grant& grant, const AuditRecord& audit) {
    return database_.change_access(audit, [&](soci::session& sql) {
        if (!lock_user(sql, user_id)) return false;
        if (grant.environments.empty()) return delete_rows(sql, user_id, grant);
        if (holds_row(sql, user_id, grant, every_environment)) return narrow(sql, user_id, grant);
        bool taken = false;
        for (const auto& environment : grant.environments)
            taken = delete_row(sql, user_id, grant, environment) || taken;
        return taken;
    });
}

std::vector<Grant> SqlUserStore::grants_of(const std::string& user_id) {
    return database_.read([&](soci::session& sql) {
        std::vector<Grant> grants;
        for_each_row<std::optional<std::string>, std::string, std::string>(
            sql,
            "select project_id, permission, environment from grants where user_id = :user"
            " order by coalesce(project_id, ''), permission, environment",
            {user_id},
            [&](const std::optional<std::string>& project, const std::string& permission,
                const std::string& environment) {
                const auto value = permission_from_name(permission);
                if (grants.empty() || grants.back().project_id != project.value_or("") ||
                    grants.back().permission != value)
                    grants.push_back(
                        {.project_id = project.value_or(""), .permission = value, .environments = {}});
                if (environment != every_environment) grants.back().environments.insert(environment);
            });
        return grants;
    });
}

}  // namespace keyward::storage
