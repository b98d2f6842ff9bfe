#include <algorithm>

#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/key_rows.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

bool change_state(soci::session& sql, const ObjectId& id, DeploymentState from, DeploymentState to,
                  const std::string& failure) {
    if (run(sql,
            "update deployments set state = :to, failure = :failure where object_id = :id and state = :from",
            {enum_name(to), failure, id, enum_name(from)}) != 1)
        return false;
    run(sql,
        "update keys set revision = revision + 1 where id = (select key_id from deployments where object_id "
        "= "
        ":id)",
        {id});
    return true;
}

// An object with an intent or a tombstone must not be adopted.
bool is_known(soci::session& sql, const ObjectId& id) {
    return exists(sql,
                  "select object_id from deployments where object_id = :deployed union all"
                  " select object_id from intents where object_id = :intended union all"
                  " select object_id from tombstones where object_id = :doomed",
                  {id, id, id});
}

std::optional<std::string> id_of(soci::session& sql, const Key& key) {
    std::optional<std::string> id;
    for_each_row<std::string>(sql, "select id from keys where project_id = :project and name = :name",
                              {key.project_id, key.name}, [&](const std::string& found) { id = found; });
    return id;
}

// Replaces a deployment that failed without leaving an object, and takes over its position.
bool deploy(soci::session& sql, const std::string& key_id, const Deployment& deployment) {
    const auto rows = deployment_rows(sql, key_id);
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const DeploymentRow& each) {
        return each.environment == deployment.environment;
    });
    if (row != rows.end() && row->object_id) return false;
    if (row != rows.end()) delete_deployment(sql, key_id, row->environment);
    insert_deployment(sql, key_id, row != rows.end() ? row->position : next_position(rows), deployment);
    return true;
}

// Labels and types can be chosen freely. Only a value that the token of another environment has reported
// shows that the object is this key.
bool has_recorded_value(const Key& key, const Deployment& deployment) {
    return std::any_of(key.deployments.begin(), key.deployments.end(),
                       [&](const Deployment& each) { return have_same_material(each, deployment); });
}

bool deploy_beside_the_others(soci::session& sql, const Key& key) {
    const auto id = id_of(sql, key);
    if (!id) return false;
    const auto row = lock_key(sql, *id);
    if (!row || row->state != KeyState::active || !lock_intents(sql, *id).empty()) return false;
    const auto there = select_key(sql, key.project_id, key.name);
    if (!there || there->type != key.type || there->algorithm != key.algorithm) return false;
    const auto needed = uses_of(there->algorithm, there->mechanisms);
    const auto& uses = key.deployments.front().uses;
    if (!std::includes(uses.begin(), uses.end(), needed.begin(), needed.end())) return false;
    if (!has_recorded_value(*there, key.deployments.front())) return false;
    if (!deploy(sql, *id, key.deployments.front())) return false;
    raise_revision(sql, *id);
    return true;
}

}  // namespace

std::vector<ObjectId> SqlDeploymentStore::deployed_objects(const std::string& environment,
                                                           std::size_t limit) {
    return database_.read([&](soci::session& sql) {
        std::vector<ObjectId> ids;
        for_each_row<std::string>(
            sql,
            "select object_id from deployments where environment = :environment and state = :state and "
            "serial = "
            "''"
            " and object_id is not null order by key_id, position limit :limit",
            {environment, enum_name(DeploymentState::deployed), static_cast<long long>(limit)},
            [&](const std::string& id) { ids.push_back(object_id_from(id)); });
        return ids;
    });
}

bool SqlDeploymentStore::mark_missing(const ObjectId& id, const std::string& failure,
                                      const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        return change_state(sql, id, DeploymentState::deployed, DeploymentState::failed, failure);
    });
}

bool SqlDeploymentStore::mark_found(const ObjectId& id, const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        const bool reclaimed =
            run(sql, "update deployments set serial = '' where object_id = :id and serial <> ''", {id}) == 1;
        return change_state(sql, id, DeploymentState::failed, DeploymentState::deployed, "") || reclaimed;
    });
}

bool SqlDeploymentStore::reclaim_tombstone(const ObjectId& id, const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        return run(sql,
                   "update tombstones set serial = '', absent_looks = 0, look_after = 0 where object_id = "
                   ":id "
                   "and "
                   "serial <> ''",
                   {id}) == 1;
    });
}

bool SqlDeploymentStore::adopt_key(const Key& key, const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        if (key.deployments.size() != 1 || !key.deployments.front().object_id)
            throw CatalogueError("an adopted key has one deployment, with its object; this one has " +
                                 std::to_string(key.deployments.size()));
        if (is_known(sql, *key.deployments.front().object_id)) return false;
        if (insert_key(sql, key, KeyState::active)) return deploy(sql, key.id, key.deployments.front());
        return deploy_beside_the_others(sql, key);
    });
}

}  // namespace keyward::storage
