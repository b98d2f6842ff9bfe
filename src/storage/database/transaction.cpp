#include "storage/database/transaction.hpp"

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

}  // namespace keyward::storage
