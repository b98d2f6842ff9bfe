#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/mutex.hpp"
#include "domain/catalogue.hpp"

namespace keyward::service {

/// A change of a key whose end the catalogue did not record, or whose outcome is not known.
struct UnfinishedChange {
    std::string key_id;
    std::string project_id;
    std::string key_name;
    ChangeResolution resolution;    ///< used to take the change back
    AuditRecord audit;              ///< of taking it back
    std::string change_id{};        ///< of the transaction that may have been committed; empty: none was
    std::vector<Tombstone> made{};  ///< for objects in tokens, if no record in the catalogue names them
};

/// The changes that this process could not end because the database failed. Their leases need not run out:
/// their owner is alive, and takes them back as soon as the database answers again. Thread-safe.
class UnfinishedChanges {
  public:
    void add(UnfinishedChange change);
    /// Takes back the changes of one key. Throws CatalogueError, and keeps what it could not take back.
    void resolve(Catalogue& catalogue, const std::string& project_id, const std::string& key_name,
                 Instant tombstone_lease);
    /// Takes back all changes. Throws like `resolve`.
    void resolve_all(Catalogue& catalogue, Instant tombstone_lease);
    [[nodiscard]] bool empty() const;

  private:
    using Number = std::uint64_t;
    void resolve(Catalogue& catalogue, const std::map<Number, UnfinishedChange>& changes,
                 Instant tombstone_lease);
    [[nodiscard]] std::map<Number, UnfinishedChange> all() const;

    mutable Mutex mutex_;
    std::map<Number, UnfinishedChange> changes_ KEYWARD_GUARDED_BY(mutex_);
    Number next_ KEYWARD_GUARDED_BY(mutex_) = 0;
};

/// The id under which to look up the outcome of a failed change; empty when it is known that it was not made.
std::string change_id_of(const CatalogueError& failure);

}  // namespace keyward::service
