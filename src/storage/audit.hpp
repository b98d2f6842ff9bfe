#pragma once

#include <cstddef>
#include <vector>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// The audit trail. These run inside the caller's transaction, as all functions of this folder that take a
/// session.
/// `change_id` is unique: it tells later whether this transaction was committed.
void insert_audit(soci::session& sql, const AuditRecord& record, const std::string& change_id);

/// Whether a transaction that wrote that id was committed. One that is still in progress is waited for. To be
/// called in a transaction that is undone afterwards: it writes a record in the place of one that is missing.
bool was_audited(soci::session& sql, const std::string& change_id);

std::vector<AuditRecord> newest_audit(soci::session& sql, std::size_t limit);

}  // namespace keyward::storage
