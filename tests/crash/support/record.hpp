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
    MaterialMap fresh;        ///< create, update, redeploy: the new key of each named environment
    std::string environment;  ///< redeploy, undeploy
    bool roll_back = false;   ///< create, update: sent with `onFailure=rollback`
};

/// One line with fingerprints; never with material.
std::string described(const Change& change);

/// The state of one key that the clients expect.
struct KeyRecord {
    std::string name;
    Kind kind = Kind::aes;
    bool exists = false;
    MaterialMap deployed;            ///< as acknowledged
    std::optional<Change> sent;      ///< not answered yet
    std::vector<std::string> story;  ///< what was sent, acknowledged, and found after a kill

    /// Applies the change that was sent.
    void carry_out();
    /// The key after that change.
    [[nodiscard]] KeyRecord carried_out() const;
};

/// By name.
using Record = std::map<std::string, KeyRecord>;

/// Whether an interrupted change was done. Nothing when the catalogue shows a mixture of the state before it
/// and the one after it.
std::optional<bool> was_made(const KeyRecord& key, const CatalogueState& catalogue);

/// The keys as the catalogue shows them: each as before its interrupted change, or as after it. Leaves out
/// keys in a mixed state.
Record known_keys(const Record& record, const CatalogueState& catalogue);

/// The step that a change without an answer had reached, as the catalogue shows it.
std::string step_reached(const KeyRecord& key, const CatalogueState& catalogue);

}  // namespace keyward::e2e
