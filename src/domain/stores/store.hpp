#pragma once

namespace keyward {

/// A part of the catalogue: a port of the database, which `storage/` implements with SOCI. Each call is one
/// transaction. Thread-safe. Every method throws CatalogueError when the database fails. A change that throws
/// it was not made, unless the exception is CatalogueOutcomeUnknown.
class Store {
  public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;
};

}  // namespace keyward
