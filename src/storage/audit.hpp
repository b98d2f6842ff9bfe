#pragma once

#include <cstddef>
#include <vector>

#include "service/catalogue.hpp"
#include "storage/soci.hpp"

namespace keyward::storage {

/// The audit trail. These run inside the caller's transaction, as all functions of this folder that take a
/// session.
void insert_audit(soci::session& sql, const service::AuditRecord& record);
std::vector<service::AuditRecord> newest_audit(soci::session& sql, std::size_t limit);

}  // namespace keyward::storage
