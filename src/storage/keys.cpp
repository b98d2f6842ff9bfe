#include "storage/keys.hpp"

#include <algorithm>

#include "storage/recovery.hpp"
#include "storage/sql.hpp"
#include "storage/words.hpp"

namespace keyward::storage {
namespace {

using service::Deployment;
using service::Intent;
using service::Key;

bool insert_key(soci::session& sql, const Key& key) {
    return run(sql,
               "insert into keys (id, project_id, name, description, type, algorithm, mechanisms, state, "
               "created_at, updated_at)"
               " values (:id, :project, :name, :description, :type, :algorithm, :mechanisms, :state, "
               ":created, :updated)"
               " on conflict (project_id, name) do nothing",
               {key.id, key.project_id, key.name, key.description, keys::to_string(key.type),
                keys::to_string(key.algorithm), to_words(key.mechanisms),
                to_word(service::KeyState::creating), key.created_at, key.updated_at}) == 1;
}

void insert_deployment(soci::session& sql, const std::string& key_id, long long position,
                       const Deployment& deployment) {
    run(sql,
        "insert into deployments (key_id, position, environment, alias, source, state, object_id, size, "
        "key_check_value,"
        " public_key_sha256, public_key_pem, failure) values (:key, :position, :environment, :alias, "
        ":source, :state, :object,"
        " :size, :check_value, :sha256, :pem, :failure)",
        {key_id, position, deployment.environment, deployment.alias, deployment.source,
         to_word(deployment.state), deployment.object_id, static_cast<long long>(deployment.size),
         deployment.key_check_value, deployment.public_key_sha256, deployment.public_key_pem,
         deployment.failure});
}

// The intents of a key that is still `creating` and wholly the owner's, locked until the transaction ends;
// none otherwise.
std::optional<std::vector<Intent>> own_intents(soci::session& sql, const std::string& key_id,
                                               const std::string& owner) {
    if (lock_key(sql, key_id) != service::KeyState::creating) return std::nullopt;
    auto intents = lock_intents(sql, key_id);
    const bool all_own = std::all_of(intents.begin(), intents.end(),
                                     [&](const Intent& intent) { return intent.owner == owner; });
    if (intents.empty() || !all_own) return std::nullopt;
    return intents;
}

std::set<ObjectId> object_ids(const std::vector<Intent>& intents) {
    std::set<ObjectId> ids;
    for (const auto& intent : intents)
        ids.insert(intent.object_id);
    return ids;
}

std::set<ObjectId> object_ids(const std::vector<Deployment>& deployments) {
    std::set<ObjectId> ids;
    for (const auto& deployment : deployments)
        if (deployment.object_id) ids.insert(*deployment.object_id);
    return ids;
}

void end_intents(soci::session& sql, const std::vector<Intent>& intents, const std::set<ObjectId>& kept,
                 const Settlement& settlement) {
    for (const auto& intent : intents) {
        if (kept.contains(intent.object_id) || settlement.clean.contains(intent.object_id)) continue;
        insert_tombstone(sql, {.object_id = intent.object_id,
                               .environment = intent.environment,
                               .owner = settlement.owner,
                               .lease_until = settlement.tombstone_lease});
    }
    delete_intents(sql, intents.front().key_id);
}

}  // namespace

bool begin_create(soci::session& sql, const Key& key, const std::vector<Intent>& intents) {
    if (!insert_key(sql, key)) return false;
    for (const auto& intent : intents)
        run(sql,
            "insert into intents (object_id, key_id, environment, owner, lease_until)"
            " values (:object, :key, :environment, :owner, :lease)",
            {intent.object_id, key.id, intent.environment, intent.owner, intent.lease_until});
    return true;
}

bool commit_create(soci::session& sql, const Key& key, const Settlement& settlement) {
    const auto intents = own_intents(sql, key.id, settlement.owner);
    if (!intents) return false;
    const auto kept = object_ids(key.deployments);
    const auto promised = object_ids(*intents);
    if (!std::includes(promised.begin(), promised.end(), kept.begin(), kept.end())) return false;
    long long position = 0;
    for (const auto& deployment : key.deployments)
        insert_deployment(sql, key.id, position++, deployment);
    end_intents(sql, *intents, kept, settlement);
    return run(sql, "update keys set state = :state, updated_at = :updated where id = :id",
               {to_word(service::KeyState::active), key.updated_at, key.id}) == 1;
}

bool abandon_create(soci::session& sql, const std::string& key_id, const Settlement& settlement) {
    const auto intents = own_intents(sql, key_id, settlement.owner);
    if (!intents) return false;
    end_intents(sql, *intents, {}, settlement);
    delete_key(sql, key_id);
    return true;
}

std::optional<service::KeyState> key_state(soci::session& sql, const std::string& key_id) {
    std::optional<service::KeyState> state;
    for_each_row<std::string>(sql, "select state from keys where id = :id", {key_id},
                              [&](const std::string& word) { state = key_state_from_word(word); });
    return state;
}

std::optional<Key> find_key(soci::session& sql, const std::string& project_id, const std::string& name) {
    using Text = std::string;
    using MaybeText = std::optional<std::string>;
    using MaybeNumber = std::optional<long long>;
    std::optional<Key> key;
    // One statement, so that the key and its deployments are read at the same moment.
    for_each_row<Text, Text, Text, Text, Text, Text, long long, long long, MaybeText, MaybeText, MaybeText,
                 MaybeText, MaybeText, MaybeNumber, MaybeText, MaybeText, MaybeText, MaybeText>(
        sql,
        "select keys.id, keys.description, keys.type, keys.algorithm, keys.mechanisms, keys.state, "
        "keys.created_at,"
        " keys.updated_at, d.environment, d.alias, d.source, d.state, d.object_id, d.size, d.key_check_value,"
        " d.public_key_sha256, d.public_key_pem, d.failure"
        " from keys left join deployments d on d.key_id = keys.id"
        " where keys.project_id = :project and keys.name = :name order by d.position",
        {project_id, name},
        [&](const Text& id, const Text& description, const Text& type, const Text& algorithm,
            const Text& mechanisms, const Text& state, long long created, long long updated,
            const MaybeText& environment, const MaybeText& alias, const MaybeText& source,
            const MaybeText& deployment_state, const MaybeText& object_id, const MaybeNumber& size,
            const MaybeText& check_value, const MaybeText& sha256, const MaybeText& pem,
            const MaybeText& failure) {
            if (!key)
                key = Key{.id = id,
                          .project_id = project_id,
                          .name = name,
                          .description = description,
                          .type = key_type_from_word(type),
                          .algorithm = algorithm_from_word(algorithm),
                          .mechanisms = mechanisms_from_words(mechanisms),
                          .state = key_state_from_word(state),
                          .created_at = instant_from(created),
                          .updated_at = instant_from(updated),
                          .deployments = {}};
            if (!environment) return;
            key->deployments.push_back(
                {.environment = *environment,
                 .alias = *alias,
                 .source = *source,
                 .state = deployment_state_from_word(*deployment_state),
                 .object_id = object_id ? std::optional(object_id_from(*object_id)) : std::nullopt,
                 .size = static_cast<int>(*size),
                 .key_check_value = *check_value,
                 .public_key_sha256 = *sha256,
                 .public_key_pem = *pem,
                 .failure = *failure});
        });
    return key;
}

}  // namespace keyward::storage
