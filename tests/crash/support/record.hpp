#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/crash/support/catalogue_state.hpp"
#include "tests/crash/support/materials.hpp"

namespace keyward::e2e {

enum class Action { create, update, redeploy, undeploy, remove };
const char* to_string(Action action);

/// One change of a key as it was sent.
struct Change {
    Action action = Action::create;
    MaterialMap fresh;        ///< create, update, redeploy: what each named environment gets
    std::string environment;  ///< redeploy, undeploy
    bool roll_back = false;   ///< create, update: sent with `onFailure=rollback`
};

/// In one line, by fingerprints; never the material.
std::string described(const Change& change);

/// What the clients know of one key.
struct KeyRecord {
    std::string name;
    Kind kind = Kind::aes;
    bool exists = false;
    MaterialMap deployed;            ///< as acknowledged
    std::optional<Change> sent;      ///< without an answer so far
    std::vector<std::string> story;  ///< what was sent, acknowledged, and found after a kill

    /// The change that was sent has been made.
    void carry_out();
    /// The key as it would be then.
    [[nodiscard]] KeyRecord carried_out() const;
};

/// By name.
using Record = std::map<std::string, KeyRecord>;

/// Whether a change that was cut off has been made; nothing when the catalogue shows neither the state before
/// it nor the one after it, but a mixture.
std::optional<bool> was_made(const KeyRecord& key, const CatalogueState& catalogue);

/// The keys whose state is known although changes were cut off: each as it was before its change or as it is
/// after it, whichever the catalogue shows; those in between are left out.
Record known_keys(const Record& record, const CatalogueState& catalogue);

/// The step that a change without an answer had reached when the catalogue stood like this.
std::string step_reached(const KeyRecord& key, const CatalogueState& catalogue);

}  // namespace keyward::e2e
