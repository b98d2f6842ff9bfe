#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// The audit trail. Every other change writes its record in its own transaction.
class AuditLog : public Store {
  public:
    /// Writes an audit record alone, for actions that change a token but not the catalogue.
    virtual void record(const AuditRecord& audit) = 0;
    /// The newest `limit` records of the audit trail, oldest first.
    virtual std::vector<AuditRecord> audit_trail(std::size_t limit) = 0;
    /// Whether the change of a CatalogueOutcomeUnknown was committed. Waits for one that is still in
    /// progress.
    virtual bool was_committed(const std::string& change_id) = 0;
};

}  // namespace keyward
