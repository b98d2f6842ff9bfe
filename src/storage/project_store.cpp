#include "base/ids.hpp"
#include "storage/database/sql.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

// One statement, so that a project and its environments are read at the same moment.
std::vector<Project> select_projects(soci::session& sql, const std::string& condition,
                                     Parameters parameters) {
    std::vector<Project> projects;
    for_each_row<std::string, std::string, std::optional<std::string>>(
        sql,
        "select projects.id, projects.name, project_environments.name from projects"
        " left join project_environments on project_environments.project_id = projects.id " +
            condition + " order by projects.name, project_environments.position",
        std::move(parameters),
        [&](const std::string& id, const std::string& name, const std::optional<std::string>& environment) {
            if (projects.empty() || projects.back().id != id)
                projects.push_back({.id = id, .name = name, .environments = {}});
            if (environment) projects.back().environments.push_back(*environment);
        });
    return projects;
}

}  // namespace

bool SqlProjectStore::create_project(const std::string& name, const std::vector<std::string>& environments,
                                     const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        const auto id = random_uuid();
        if (run(sql, "insert into projects (id, name) values (:id, :name) on conflict (name) do nothing",
                {id, name}) == 0)
            return false;
        long long position = 0;
        for (const auto& environment : environments)
            run(sql,
                "insert into project_environments (project_id, position, name) values (:project, :position, "
                ":name)",
                {id, position++, environment});
        return true;
    });
}

bool SqlProjectStore::delete_project(const std::string& name, const AuditRecord& audit) {
    return database_.change_access(audit, [&](soci::session& sql) {
        std::optional<std::string> id;
        // Locks the project first. In PostgreSQL a concurrent create of a key has then either committed
        // before the search for keys, or fails.
        for_each_row<std::string>(sql, "select id from projects where name = :name" + for_update(sql), {name},
                                  [&](const std::string& found) { id = found; });
        if (!id || exists(sql, "select id from keys where project_id = :project limit 1", {*id}))
            return false;
        return run(sql, "delete from projects where id = :id", {*id}) == 1;
    });
}

std::vector<Project> SqlProjectStore::all_projects() {
    return database_.read([&](soci::session& sql) { return select_projects(sql, "", {}); });
}

std::optional<Project> SqlProjectStore::find_project(const std::string& name) {
    return database_.read([&](soci::session& sql) -> std::optional<Project> {
        const auto projects = select_projects(sql, "where projects.name = :name", {name});
        if (projects.empty()) return std::nullopt;
        return projects.front();
    });
}

}  // namespace keyward::storage
