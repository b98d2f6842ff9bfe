#pragma once

#include <cstddef>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// The audit trail. Like all functions of this folder that take a session, these run inside the caller's
/// transaction.
/// `change_id` is unique: it tells later whether this transaction was committed.
void insert_audit(soci::session& sql, const AuditRecord& record, const std::string& change_id);

/// Whether a transaction that wrote this id was committed. Waits for one that is still in progress. Call it
/// in a transaction that is rolled back afterwards: it inserts a record when there is none.
bool was_audited(soci::session& sql, const std::string& change_id);

std::vector<AuditRecord> newest_audit(soci::session& sql, std::size_t limit);

}  // namespace keyward::storage
