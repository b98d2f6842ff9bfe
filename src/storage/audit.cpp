#include "storage/audit.hpp"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "storage/database/sql.hpp"

namespace keyward::storage {

void insert_audit(soci::session& sql, const AuditRecord& record, const std::string& change_id) {
    run(sql,
        "insert into audit (happened_at, actor, request_id, action, project, key_name, environments, result, "
        "change_id)"
        " values (:at, :actor, :request, :action, :project, :key, :environments, :result, :change)",
        {record.at, record.actor, record.request_id, record.action, record.project, record.key,
         nlohmann::json(record.environments).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
         record.result, change_id});
}

bool was_audited(soci::session& sql, const std::string& change_id) {
    // The unique index makes the statement wait for the end of a transaction that has written the same id,
    // which a `select` would not see.
    return run(sql,
               "insert into audit (happened_at, actor, request_id, action, project, key_name, environments, "
               "result, change_id) values (0, '', '', '', '', '', '[]', '', :change) on conflict (change_id) "
               "do nothing",
               {change_id}) == 0;
}

std::vector<AuditRecord> newest_audit(soci::session& sql, std::size_t limit) {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<long long>::max());
    std::vector<AuditRecord> records;
    for_each_row<long long, std::string, std::string, std::string, std::string, std::string, std::string,
                 std::string>(
        sql,
        "select happened_at, actor, request_id, action, project, key_name, environments, result"
        " from audit order by id desc limit :limit",
        {static_cast<long long>(std::min(limit, most))},
        [&](long long at, const std::string& actor, const std::string& request_id, const std::string& action,
            const std::string& project, const std::string& key, const std::string& environments,
            const std::string& result) {
            const auto names = nlohmann::json::parse(environments, nullptr, false);
            records.push_back({.at = instant_from(at),
                               .actor = actor,
                               .request_id = request_id,
                               .action = action,
                               .project = project,
                               .key = key,
                               .environments = names.is_array() ? names.get<std::vector<std::string>>()
                                                                : std::vector<std::string>{},
                               .result = result});
        });
    std::reverse(records.begin(), records.end());
    return records;
}

}  // namespace keyward::storage
