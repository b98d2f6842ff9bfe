#include "storage/database/audit_rows.hpp"

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

}  // namespace keyward::storage
