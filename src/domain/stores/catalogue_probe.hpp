#pragma once

#include <string>

#include "domain/catalogue_records.hpp"
#include "domain/stores/store.hpp"

namespace keyward {

/// The readiness check of the database.
class CatalogueProbe : public Store {
  public:
    /// Readiness check: writes a row that belongs to the owner and reads what requests read. Uses a
    /// connection of its own. Only one thread at a time waits in it.
    virtual void probe(const std::string& owner, Instant now) = 0;
};

}  // namespace keyward
