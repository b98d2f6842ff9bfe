#include "service/runtime/unfinished_changes.hpp"

#include <exception>

#include "base/log.hpp"

namespace keyward::service {
namespace {

void take_back(Catalogue& catalogue, UnfinishedChange change, Instant tombstone_lease) {
    // In this order: a transaction that is still in progress would be invisible to the second call.
    if (!change.change_id.empty()) catalogue.audit_log.was_committed(change.change_id);
    change.resolution.tombstone_lease = tombstone_lease;
    const bool taken_back = catalogue.keys.abandon_change(change.key_id, change.resolution, change.audit);
    // Another process may have taken the change back, and ended its tombstones before the objects were made.
    if (!taken_back)
        for (Tombstone tombstone : change.made) {
            tombstone.lease_until = tombstone_lease;
            if (catalogue.changes.fate_of(tombstone.object_id) == ObjectFate::unknown)
                catalogue.changes.condemn(tombstone, change.audit);
        }
    log::warn("change.settled_late", {{"key", change.key_id},
                                      {"request", change.audit.request_id},
                                      {"result", taken_back ? "taken back" : "it had ended"}});
}

}  // namespace

void UnfinishedChanges::add(UnfinishedChange change) {
    const Lock lock(mutex_);
    changes_.emplace(next_++, std::move(change));
}

void UnfinishedChanges::resolve(Catalogue& catalogue, const std::string& project_id,
                                const std::string& key_name, Instant tombstone_lease) {
    auto changes = all();
    std::erase_if(changes, [&](const auto& each) {
        return each.second.project_id != project_id || each.second.key_name != key_name;
    });
    resolve(catalogue, changes, tombstone_lease);
}

void UnfinishedChanges::resolve_all(Catalogue& catalogue, Instant tombstone_lease) {
    resolve(catalogue, all(), tombstone_lease);
}

void UnfinishedChanges::resolve(Catalogue& catalogue, const std::map<Number, UnfinishedChange>& changes,
                                Instant tombstone_lease) {
    std::exception_ptr failure;
    for (const auto& [number, change] : changes)
        try {
            take_back(catalogue, change, tombstone_lease);
            const Lock lock(mutex_);
            changes_.erase(number);
        } catch (const CatalogueError&) {
            failure = std::current_exception();  // the others may still be taken back
        }
    if (failure) std::rethrow_exception(failure);
}

bool UnfinishedChanges::empty() const {
    const Lock lock(mutex_);
    return changes_.empty();
}

std::map<UnfinishedChanges::Number, UnfinishedChange> UnfinishedChanges::all() const {
    const Lock lock(mutex_);
    return changes_;
}

std::string change_id_of(const CatalogueError& failure) {
    const auto* unknown = dynamic_cast<const CatalogueOutcomeUnknown*>(&failure);
    return unknown == nullptr ? std::string() : unknown->change_id();
}

}  // namespace keyward::service
