#include "storage/key_rows.hpp"

#include <algorithm>

#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

std::optional<KeyRow> lock_key(soci::session& sql, const std::string& key_id) {
    std::optional<KeyRow> row;
    for_each_row<std::string, long long>(
        sql, "select state, revision from keys where id = :id" + for_update(sql), {key_id},
        [&](const std::string& word, long long revision) {
            row = KeyRow{.state = key_state_from_name(word), .revision = revision};
        });
    return row;
}

bool insert_key(soci::session& sql, const Key& key, KeyState state) {
    return run(sql,
               "insert into keys (id, project_id, name, description, type, algorithm, mechanisms, state, "
               "created_at, updated_at)"
               " values (:id, :project, :name, :description, :type, :algorithm, :mechanisms, :state, "
               ":created, :updated)"
               " on conflict (project_id, name) do nothing",
               {key.id, key.project_id, key.name, key.description, keys::to_string(key.type),
                keys::to_string(key.algorithm), to_names(key.mechanisms), enum_name(state), key.created_at,
                key.updated_at}) == 1;
}

void delete_key(soci::session& sql, const std::string& key_id) {
    run(sql, "delete from keys where id = :id", {key_id});
}

void raise_revision(soci::session& sql, const std::string& key_id) {
    run(sql, "update keys set revision = revision + 1 where id = :id", {key_id});
}

bool delete_finished_key(soci::session& sql, const std::string& key_id) {
    return run(sql,
               "delete from keys where id = :id and state = :state"
               " and not exists (select 1 from deployments where key_id = keys.id)",
               {key_id, enum_name(KeyState::deleting)}) == 1;
}

std::vector<DeploymentRow> deployment_rows(soci::session& sql, const std::string& key_id) {
    std::vector<DeploymentRow> rows;
    for_each_row<long long, std::string, std::string, std::optional<std::string>, std::string>(
        sql,
        "select position, environment, state, object_id, serial from deployments where key_id = :key order "
        "by "
        "position",
        {key_id},
        [&](long long position, const std::string& environment, const std::string& state,
            const std::optional<std::string>& object, const std::string& serial) {
            rows.push_back({.position = position,
                            .environment = environment,
                            .state = deployment_state_from_name(state),
                            .object_id = object ? std::optional(object_id_from(*object)) : std::nullopt,
                            .serial = serial});
        });
    return rows;
}

void insert_deployment(soci::session& sql, const std::string& key_id, long long position,
                       const Deployment& deployment) {
    run(sql,
        "insert into deployments (key_id, position, environment, alias, source, state, object_id, size, "
        "key_check_value,"
        " public_key_sha256, public_key_pem, failure, uses) values (:key, :position, :environment, :alias, "
        ":source, :state, :object,"
        " :size, :check_value, :sha256, :pem, :failure, :uses)",
        {key_id, position, deployment.environment, deployment.alias, deployment.source,
         enum_name(deployment.state), deployment.object_id, static_cast<long long>(deployment.size),
         deployment.key_check_value, deployment.public_key_sha256, deployment.public_key_pem,
         deployment.failure, to_names(deployment.uses)});
}

void delete_deployment(soci::session& sql, const std::string& key_id, const std::string& environment) {
    run(sql, "delete from deployments where key_id = :key and environment = :environment",
        {key_id, environment});
}

Tombstone tombstone_of(const DeploymentRow& row, const std::string& owner, Instant lease_until, Instant now) {
    return {.object_id = row.object_id.value(),
            .environment = row.environment,
            .owner = owner,
            .lease_until = lease_until,
            .serial = row.serial,
            .deployed = row.state != DeploymentState::failed,
            .attempted = row.serial.empty(),
            .created_at = now};
}

long long next_position(const std::vector<DeploymentRow>& rows) {
    return rows.empty() ? 0 : rows.back().position + 1;
}

void insert_intents(soci::session& sql, const std::string& key_id, const std::vector<Intent>& intents) {
    for (const auto& intent : intents)
        run(sql,
            "insert into intents (object_id, key_id, environment, owner, lease_until)"
            " values (:object, :key, :environment, :owner, :lease)",
            {intent.object_id, key_id, intent.environment, intent.owner, intent.lease_until});
}

std::vector<Intent> lock_intents(soci::session& sql, const std::string& key_id) {
    return select_intents(sql, "where key_id = :key order by object_id" + for_update(sql), {key_id});
}

void delete_intents(soci::session& sql, const std::string& key_id) {
    run(sql, "delete from intents where key_id = :key", {key_id});
}

bool are_own(const std::vector<Intent>& intents, const ChangeResolution& resolution) {
    const auto is_own = [&](const Intent& intent) {
        return intent.owner == resolution.owner &&
               (resolution.intents.empty() || resolution.intents.contains(intent.object_id));
    };
    return (resolution.intents.empty() || resolution.intents.size() == intents.size()) &&
           std::all_of(intents.begin(), intents.end(), is_own);
}

bool all_in_present_tokens(const std::vector<Intent>& intents) {
    return std::all_of(intents.begin(), intents.end(),
                       [](const Intent& intent) { return intent.serial.empty(); });
}

bool all_intended(const std::set<ObjectId>& objects, const std::vector<Intent>& intents) {
    std::set<ObjectId> intended;
    for (const auto& intent : intents)
        intended.insert(intent.object_id);
    return std::includes(intended.begin(), intended.end(), objects.begin(), objects.end());
}

std::set<ObjectId> object_ids(const std::vector<Deployment>& deployments) {
    std::set<ObjectId> ids;
    for (const auto& deployment : deployments)
        if (deployment.object_id) ids.insert(*deployment.object_id);
    return ids;
}

bool resolve(soci::session& sql, const std::string& key_id, const std::vector<Intent>& intents,
             const std::set<ObjectId>& kept, const ChangeResolution& resolution) {
    for (const auto& intent : intents) {
        if (kept.contains(intent.object_id) || resolution.clean.contains(intent.object_id)) continue;
        insert_tombstone(sql, {.object_id = intent.object_id,
                               .environment = intent.environment,
                               .owner = resolution.owner,
                               .lease_until = resolution.tombstone_lease,
                               .keep_until = resolution.tombstone_lease,
                               .serial = intent.serial,
                               .deployed = resolution.made.contains(intent.object_id),
                               .created_at = resolution.tombstone_lease});
    }
    delete_intents(sql, key_id);
    return !resolution.answer || store_response(sql, *resolution.answer);
}

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
