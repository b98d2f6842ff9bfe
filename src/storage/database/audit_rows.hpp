#pragma once

#include <string>

#include "domain/catalogue_records.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// Inserts a record of the audit trail within the caller's transaction. `change_id` is unique: it tells later
/// whether this transaction was committed.
void insert_audit(soci::session& sql, const AuditRecord& record, const std::string& change_id);

/// Whether a transaction that wrote that id was committed. Waits for one that is still in progress. The
/// caller must roll back its transaction afterwards: a missing record is written in its place.
bool was_audited(soci::session& sql, const std::string& change_id);

}  // namespace keyward::storage
