#pragma once

#include <optional>
#include <string>

#include "domain/catalogue.hpp"
#include "storage/database/soci.hpp"

namespace keyward::storage {

/// `changed` says whether there is something to commit: not when everything was `deleting` already.
/// domain/catalogue.hpp describes the rest.
struct BegunDeletion {
    KeyDeletion removal;
    bool changed = false;
};
BegunDeletion begin_deletion(soci::session& sql, const std::string& key_id, std::int64_t revision,
                             const std::optional<std::string>& environment, const std::string& owner,
                             Instant lease_until, Instant now);
ObjectFate fate_of(soci::session& sql, const ObjectId& id);
bool condemn(soci::session& sql, const Tombstone& tombstone);
bool begin_destruction(soci::session& sql, const ObjectId& id);
bool note_lookup(soci::session& sql, const ObjectId& id, bool attempted, int absent_looks,
                 Instant look_after);
bool give_up_tombstone(soci::session& sql, const ObjectId& id);
bool remove_tombstone(soci::session& sql, const ObjectId& id);

}  // namespace keyward::storage
