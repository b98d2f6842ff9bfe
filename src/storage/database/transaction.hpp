#pragma once

#include "storage/database/soci.hpp"

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

}  // namespace keyward::storage
