#include "storage/database/transaction.hpp"

#include <nlohmann/json.hpp>

#include "storage/database/sql.hpp"

namespace keyward::storage {

Transaction::Transaction(soci::session& sql) : sql_(sql) {
    run(sql_, sql_.get_backend_name() == "sqlite3" ? "begin immediate" : "begin");
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        sql_.rollback();
    } catch (...) {
        open_ = false;  // The database has rolled back already, or the connection is lost and the transaction
                        // with it.
    }
}

void Transaction::commit() {
    StatementScope::statement_begins();
    sql_.commit();
    open_ = false;
}

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
