#include <algorithm>
#include <limits>

#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/key_rows.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

using Text = std::string;

constexpr long long no_deployment = -1;

// The columns of a key and of one of its deployments. A key without deployments has one row with
// `no_deployment`.
const std::string columns =
    "select k.id, k.name, k.description, k.type, k.algorithm, k.mechanisms, k.state, "
    "k.created_at, k.updated_at, k.revision, coalesce(d.position, -1), d.environment, d.alias, d.source, "
    "d.state, coalesce(d.object_id, ''), d.size, d.key_check_value, d.public_key_sha256, d.public_key_pem, "
    "d.failure, d.uses, d.serial from keys k left join deployments d on d.key_id = k.id ";
const std::string in_order = " order by k.name, d.position";

Deployment deployment_from(const Key& key, const Text& environment, const Text& alias, const Text& source,
                           const Text& state, const Text& object_id, long long size, const Text& check_value,
                           const Text& sha256, const Text& pem, const Text& failure, const Text& uses,
                           const Text& serial) {
    return {.environment = environment,
            .alias = alias,
            .source = source,
            .state = deployment_state_from_name(state),
            .object_id = object_id.empty() ? std::nullopt : std::optional(object_id_from(object_id)),
            .size = static_cast<int>(size),
            .key_check_value = check_value,
            .public_key_sha256 = sha256,
            .public_key_pem = pem,
            .failure = failure,
            .uses = uses.empty() ? uses_of(key.algorithm, key.mechanisms) : uses_from_names(uses),
            .serial = serial};
}

// `rest` must order the rows so that those of a key are consecutive.
std::vector<Key> select_keys(soci::session& sql, const std::string& project_id, const std::string& rest,
                             Parameters parameters) {
    std::vector<Key> keys;
    for_each_row<Text, Text, Text, Text, Text, Text, Text, long long, long long, long long, long long, Text,
                 Text, Text, Text, Text, long long, Text, Text, Text, Text, Text, Text>(
        sql, columns + rest, std::move(parameters),
        [&](const Text& id, const Text& name, const Text& description, const Text& type,
            const Text& algorithm, const Text& mechanisms, const Text& state, long long created,
            long long updated, long long revision, long long position, const auto&... deployment) {
            if (keys.empty() || keys.back().id != id)
                keys.push_back({.id = id,
                                .project_id = project_id,
                                .name = name,
                                .description = description,
                                .type = key_type_from_name(type),
                                .algorithm = algorithm_from_name(algorithm),
                                .mechanisms = mechanisms_from_names(mechanisms),
                                .state = key_state_from_name(state),
                                .created_at = instant_from(created),
                                .updated_at = instant_from(updated),
                                .revision = revision,
                                .deployments = {}});
            if (position != no_deployment)
                keys.back().deployments.push_back(deployment_from(keys.back(), deployment...));
        });
    return keys;
}

// A part of a statement with its parameters. SOCI requires a unique name for each parameter.
struct Part {
    std::string prefix;  ///< of the parameter names
    std::string text;
    Parameters parameters;

    void add(const std::string& words, Parameter parameter) {
        text += words + ":" + prefix + std::to_string(parameters.size());
        parameters.push_back(std::move(parameter));
    }
};

Part matching(const KeyQuery& query, const std::string& prefix) {
    Part part{.prefix = prefix, .text = {}, .parameters = {}};
    part.add("k.project_id = ", query.project_id);
    part.add(" and k.state <> ", enum_name(KeyState::creating));
    if (query.name) part.add(" and k.name = ", *query.name);
    if (query.type) part.add(" and k.type = ", keys::to_string(*query.type));
    if (query.environment) {
        part.add(" and exists (select 1 from deployments e where e.key_id = k.id and e.environment = ",
                 *query.environment);
        part.text += ")";
    }
    if (query.after) part.add(" and k.name > ", *query.after);
    return part;
}

long long limit_of(std::size_t limit) {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<long long>::max());
    return static_cast<long long>(std::min(limit, most));
}

// Limits the rows to the last name of the page, or of the project. A `limit` would count rows instead of
// keys. A limited subquery would have its rows sorted again, which costs as much as finding them.
Part page_end(const KeyQuery& query, std::size_t limit) {
    auto page = matching(query, "page");
    page.text =
        " and k.name <= coalesce((select k.name from keys k where " + page.text + " order by k.name limit 1";
    page.add(" offset ", limit_of(limit) - 1);
    page.add("), (select max(name) from keys where project_id = ", query.project_id);
    page.text += "))";
    return page;
}

}  // namespace

std::optional<Key> select_key(soci::session& sql, const std::string& project_id, const std::string& name) {
    auto keys = select_keys(sql, project_id, "where k.project_id = :project and k.name = :name" + in_order,
                            {project_id, name});
    if (keys.empty()) return std::nullopt;
    return std::move(keys.front());
}

std::optional<Key> SqlKeyStore::find_key(const std::string& project_id, const std::string& name) {
    return database_.read([&](soci::session& sql) { return select_key(sql, project_id, name); });
}

std::optional<KeyRevision> SqlKeyStore::find_revision(const std::string& project_id,
                                                      const std::string& name) {
    return database_.read_leased(
        [&](Connections::Lease& lease) { return lease.hot().key_revision(project_id, name); });
}

std::vector<Key> SqlKeyStore::list_keys(const KeyQuery& query) {
    return database_.read([&](soci::session& sql) -> std::vector<Key> {
        if (query.limit == 0U) return {};
        auto all = matching(query, "key");
        if (query.limit) {
            auto end = page_end(query, *query.limit);
            all.text += end.text;
            std::move(end.parameters.begin(), end.parameters.end(), std::back_inserter(all.parameters));
        }
        return select_keys(sql, query.project_id, "where " + all.text + in_order, std::move(all.parameters));
    });
}

std::vector<KeyRevision> SqlKeyStore::list_revisions(const KeyQuery& query) {
    return database_.read([&](soci::session& sql) {
        auto wanted = matching(query, "key");
        wanted.text += " order by k.name";
        if (query.limit) wanted.add(" limit ", limit_of(*query.limit));
        std::vector<KeyRevision> revisions;
        for_each_row<Text, Text, long long>(
            sql, "select k.id, k.name, k.revision from keys k where " + wanted.text,
            std::move(wanted.parameters), [&](const Text& id, const Text& name, long long revision) {
                revisions.push_back({.id = id, .name = name, .revision = revision});
            });
        return revisions;
    });
}

std::set<ObjectId> SqlKeyStore::objects_of(const std::string& key_id) {
    return database_.read([&](soci::session& sql) {
        std::set<ObjectId> ids;
        for_each_row<Text>(sql,
                           "select d.object_id from deployments d join keys on keys.id = d.key_id"
                           " where d.key_id = :key and keys.state = :active and d.object_id is not null",
                           {key_id, enum_name(KeyState::active)},
                           [&](const Text& id) { ids.insert(object_id_from(id)); });
        return ids;
    });
}

std::vector<RecordedObject> SqlKeyStore::recorded_objects(const std::string& environment,
                                                          const std::optional<ObjectId>& after,
                                                          std::size_t limit) {
    return database_.read([&](soci::session& sql) {
        std::vector<RecordedObject> objects;
        for_each_row<Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, long long, Text, Text,
                     Text, Text, Text, Text>(
            sql,
            "select k.id, p.name, k.name, k.type, k.algorithm, k.mechanisms, d.environment, d.alias, "
            "d.source, "
            "d.state, d.object_id, d.size, d.key_check_value, d.public_key_sha256, d.public_key_pem, "
            "d.failure, "
            "d.uses, d.serial from deployments d join keys k on k.id = d.key_id join projects p on p.id = "
            "k.project_id"
            " where d.environment = :environment and d.object_id > :after order by d.object_id limit :limit",
            {environment, after ? after->hex() : std::string(), limit_of(limit)},
            [&](const Text& id, const Text& project, const Text& name, const Text& type,
                const Text& algorithm, const Text& mechanisms, const auto&... deployment) {
                Key key;
                key.algorithm = algorithm_from_name(algorithm);
                key.mechanisms = mechanisms_from_names(mechanisms);
                objects.push_back({.key_id = id,
                                   .project = project,
                                   .key = name,
                                   .algorithm = key.algorithm,
                                   .type = key_type_from_name(type),
                                   .deployment = deployment_from(key, deployment...)});
            });
        return objects;
    });
}

}  // namespace keyward::storage
