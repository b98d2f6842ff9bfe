#include <algorithm>

#include "storage/database/enum_names.hpp"
#include "storage/database/sql.hpp"
#include "storage/key_rows.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {
namespace {

// The deployments of `key` that the change replaces or adds.
std::vector<Deployment> written_by(const Key& key, const std::set<std::string>& changed) {
    std::vector<Deployment> written;
    std::copy_if(key.deployments.begin(), key.deployments.end(), std::back_inserter(written),
                 [&](const Deployment& each) { return changed.contains(each.environment); });
    return written;
}

// Rows of the first version derive their uses from the key's mechanisms, which the change replaces; the uses
// of their objects stay the same.
void write_down_uses(soci::session& sql, const std::string& key_id) {
    std::string uses;
    for_each_row<std::string, std::string>(
        sql, "select algorithm, mechanisms from keys where id = :id", {key_id},
        [&](const std::string& algorithm, const std::string& mechanisms) {
            uses = to_names(uses_of(algorithm_from_name(algorithm), mechanisms_from_names(mechanisms)));
        });
    run(sql, "update deployments set uses = :uses where key_id = :key and uses = ''", {uses, key_id});
}

// An object that is being undeployed already has its tombstone.
void condemn(soci::session& sql, const DeploymentRow& row, const ChangeResolution& resolution, Instant now,
             std::vector<Tombstone>& tombstones) {
    if (!row.object_id) return;
    Tombstone tombstone = tombstone_of(row, resolution.owner, resolution.tombstone_lease, now);
    tombstone.fresh = insert_tombstone(sql, tombstone);
    if (tombstone.fresh && row.serial.empty()) tombstones.push_back(tombstone);
}

std::vector<Tombstone> replace_deployments(soci::session& sql, const std::string& key_id,
                                           const std::vector<Deployment>& written,
                                           const ChangeResolution& resolution, Instant now) {
    const auto rows = deployment_rows(sql, key_id);
    auto behind = next_position(rows);
    std::vector<Tombstone> tombstones;
    for (const auto& deployment : written) {
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const DeploymentRow& each) {
            return each.environment == deployment.environment;
        });
        if (row == rows.end()) {
            insert_deployment(sql, key_id, behind++, deployment);
            continue;
        }
        condemn(sql, *row, resolution, now, tombstones);
        delete_deployment(sql, key_id, row->environment);
        insert_deployment(sql, key_id, row->position, deployment);
    }
    return tombstones;
}

Begin begin_update(soci::session& sql, const std::string& key_id, std::int64_t revision,
                   const std::vector<Intent>& intents) {
    const auto row = lock_key(sql, key_id);
    if (!row) return Begin::gone;
    if (row->state != KeyState::active || row->revision != revision || !lock_intents(sql, key_id).empty())
        return Begin::conflict;
    insert_intents(sql, key_id, intents);
    return Begin::begun;
}

std::optional<std::vector<Tombstone>> commit_update(soci::session& sql, const Key& key,
                                                    const std::set<std::string>& changed,
                                                    const ChangeResolution& resolution) {
    const auto row = lock_key(sql, key.id);
    if (!row || row->state != KeyState::active) return std::nullopt;
    const auto intents = lock_intents(sql, key.id);
    // With intents, begin_update has checked the revision and excluded other changes since.
    if (intents.empty() && row->revision != key.revision) return std::nullopt;
    const auto written = written_by(key, changed);
    const auto kept = object_ids(written);
    if (!are_own(intents, resolution) || !all_in_present_tokens(intents) || !all_intended(kept, intents))
        return std::nullopt;
    // A change without new objects has no intents; these belong to another change of the same process.
    if (kept.empty() && !intents.empty()) return std::nullopt;
    write_down_uses(sql, key.id);
    auto tombstones = replace_deployments(sql, key.id, written, resolution, key.updated_at);
    if (!resolve(sql, key.id, intents, kept, resolution)) return std::nullopt;
    run(sql,
        "update keys set description = :description, type = :type, algorithm = :algorithm, mechanisms = "
        ":mechanisms,"
        " updated_at = :updated where id = :id",
        {key.description, keys::to_string(key.type), keys::to_string(key.algorithm), to_names(key.mechanisms),
         key.updated_at, key.id});
    raise_revision(sql, key.id);
    return tombstones;
}

}  // namespace

bool SqlKeyStore::begin_create(const Key& key, const std::vector<Intent>& intents, const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        if (!insert_key(sql, key, KeyState::creating)) return false;
        insert_intents(sql, key.id, intents);
        return true;
    });
}

bool SqlKeyStore::commit_create(const Key& key, const ChangeResolution& resolution,
                                const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        const auto row = lock_key(sql, key.id);
        if (!row || row->state != KeyState::creating) return false;
        const auto intents = lock_intents(sql, key.id);
        const auto kept = object_ids(key.deployments);
        if (intents.empty() || !are_own(intents, resolution) || !all_in_present_tokens(intents) ||
            !all_intended(kept, intents))
            return false;
        long long position = 0;
        for (const auto& deployment : key.deployments)
            insert_deployment(sql, key.id, position++, deployment);
        if (!resolve(sql, key.id, intents, kept, resolution)) return false;
        return run(sql, "update keys set state = :state, updated_at = :updated where id = :id",
                   {enum_name(KeyState::active), key.updated_at, key.id}) == 1;
    });
}

Begin SqlKeyStore::begin_update(const std::string& key_id, std::int64_t revision,
                                const std::vector<Intent>& intents, const AuditRecord& audit) {
    auto outcome = Begin::gone;
    database_.change(audit, [&](soci::session& sql) {
        outcome = storage::begin_update(sql, key_id, revision, intents);
        return outcome == Begin::begun;
    });
    return outcome;
}

std::optional<std::vector<Tombstone>> SqlKeyStore::commit_update(const Key& key,
                                                                 const std::set<std::string>& changed,
                                                                 const ChangeResolution& resolution,
                                                                 const AuditRecord& audit) {
    std::optional<std::vector<Tombstone>> tombstones;
    database_.change(audit, [&](soci::session& sql) {
        tombstones = storage::commit_update(sql, key, changed, resolution);
        return tombstones.has_value();
    });
    return tombstones;
}

bool SqlKeyStore::abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                                 const AuditRecord& audit) {
    return database_.change(audit, [&](soci::session& sql) {
        const auto row = lock_key(sql, key_id);
        if (!row) return false;
        const auto intents = lock_intents(sql, key_id);
        if (intents.empty() || !are_own(intents, resolution)) return false;
        if (!resolve(sql, key_id, intents, {}, resolution)) return false;
        if (row->state == KeyState::creating) delete_key(sql, key_id);
        return true;
    });
}

}  // namespace keyward::storage
