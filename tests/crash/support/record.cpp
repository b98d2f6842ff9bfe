#include "tests/crash/support/record.hpp"

#include <algorithm>

namespace keyward::e2e {
namespace {

std::string fingerprints(const MaterialMap& materials) {
    std::string text;
    for (const auto& [environment, material] : materials)
        text += " " + environment + "=" + material.fingerprint.substr(0, 8);
    return text;
}

/// Whether the rows of the key match the record exactly.
bool shows(const CatalogueState& catalogue, const KeyRecord& key) {
    const auto row = catalogue.keys.find(key.name);
    if (row == catalogue.keys.end()) return !key.exists;
    return key.exists && row->second.state == "active" &&
           std::ranges::equal(row->second.deployments, key.deployed, [](const auto& there, const auto& due) {
               return there.first == due.first && there.second.state == "deployed" &&
                      there.second.fingerprint == due.second.fingerprint;
           });
}

}  // namespace

const char* to_string(Action action) {
    switch (action) {
        case Action::create:
            return "create";
        case Action::update:
            return "update";
        case Action::redeploy:
            return "redeploy";
        case Action::undeploy:
            return "undeploy";
        case Action::remove:
            return "delete";
    }
    return "";
}

std::string described(const Change& change) {
    return to_string(change.action) + (change.environment.empty() ? "" : " in " + change.environment) +
           fingerprints(change.fresh) + (change.roll_back ? " onFailure=rollback" : "");
}

void KeyRecord::carry_out() {
    *this = carried_out();
}

KeyRecord KeyRecord::carried_out() const {
    KeyRecord after = *this;
    after.sent.reset();
    after.exists = sent->action != Action::remove;
    if (sent->action == Action::remove) after.deployed.clear();
    if (sent->action == Action::undeploy) after.deployed.erase(sent->environment);
    for (const auto& [environment, material] : sent->fresh)
        after.deployed[environment] = material;
    return after;
}

std::optional<bool> was_made(const KeyRecord& key, const CatalogueState& catalogue) {
    if (shows(catalogue, key.carried_out())) return true;
    if (shows(catalogue, key)) return false;
    return std::nullopt;
}

Record known_keys(const Record& record, const CatalogueState& catalogue) {
    Record known;
    for (const auto& [name, key] : record) {
        const auto made = key.sent ? was_made(key, catalogue) : false;
        if (!made) continue;
        known[name] = *made ? key.carried_out() : key;
    }
    return known;
}

std::string step_reached(const KeyRecord& key, const CatalogueState& catalogue) {
    const auto row = catalogue.keys.find(key.name);
    if (row != catalogue.keys.end() && row->second.intents > 0) return "between intent and commit";
    const bool removes = key.sent->action == Action::undeploy || key.sent->action == Action::remove;
    if (removes && row != catalogue.keys.end() &&
        std::ranges::any_of(row->second.deployments,
                            [](const auto& each) { return each.second.state == "deleting"; }))
        return "between its transaction and the end of its objects";
    const auto made = was_made(key, catalogue);
    if (!made) return "half done";
    return *made ? "done, but not answered" : "before its first transaction";
}

}  // namespace keyward::e2e
