#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "storage/database/sql.hpp"
#include "storage/sql_stores.hpp"

namespace keyward::storage {

void SqlAuditLog::record(const AuditRecord& audit) {
    database_.change(audit, [](soci::session&) { return true; });
}

std::vector<AuditRecord> SqlAuditLog::audit_trail(std::size_t limit) {
    return database_.read([&](soci::session& sql) {
        constexpr auto most = static_cast<std::size_t>(std::numeric_limits<long long>::max());
        std::vector<AuditRecord> records;
        for_each_row<long long, std::string, std::string, std::string, std::string, std::string, std::string,
                     std::string>(
            sql,
            "select happened_at, actor, request_id, action, project, key_name, environments, result"
            " from audit order by id desc limit :limit",
            {static_cast<long long>(std::min(limit, most))},
            [&](long long at, const std::string& actor, const std::string& request_id,
                const std::string& action, const std::string& project, const std::string& key,
                const std::string& environments, const std::string& result) {
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
    });
}

bool SqlAuditLog::was_committed(const std::string& change_id) {
    return database_.was_committed(change_id);
}

}  // namespace keyward::storage
