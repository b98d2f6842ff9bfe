#pragma once

#include "storage/database/soci.hpp"

namespace keyward::storage {

/// A writing transaction: begun by the constructor, undone by the destructor unless commit() came first. The
/// session is borrowed and usable again afterwards, whatever failed in between. Throws soci::soci_error.
///
/// SQLite: `begin immediate`, because a deferred transaction that writes later fails with SQLITE_BUSY
/// whatever the timeout. PostgreSQL: read committed; where a rule needs more, the statements lock their rows.
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
