#pragma once

#include <string>

#include "domain/catalogue_records.hpp"
#include "storage/database/sql.hpp"

namespace keyward::storage {

/// A writing transaction: the constructor begins it, the destructor rolls it back unless commit() was called.
/// Borrows the session, which is usable again afterwards, even after a failure. Throws soci::soci_error.
///
/// SQLite: `begin immediate`, because a deferred transaction that writes later fails with SQLITE_BUSY despite
/// the timeout. PostgreSQL: read committed; where a rule needs more, the statements lock their rows.
class Transaction {
  public:
    explicit Transaction(soci::session& sql);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction(Transaction&&) = delete;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    void commit();

  private:
    soci::session& sql_;
    bool open_ = true;
};

/// Inserts a record of the audit trail within the caller's transaction. `change_id` is unique: it tells later
/// whether this transaction was committed.
void insert_audit(soci::session& sql, const AuditRecord& record, const std::string& change_id);

/// Whether a transaction that wrote that id was committed. Waits for one that is still in progress. The
/// caller must roll back its transaction afterwards: a missing record is written in its place.
bool was_audited(soci::session& sql, const std::string& change_id);

}  // namespace keyward::storage
