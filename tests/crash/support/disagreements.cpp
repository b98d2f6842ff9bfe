#include "tests/crash/support/disagreements.hpp"

#include <algorithm>

namespace keyward::e2e {
namespace {

/// Compares one catalogue with one set of tokens.
class Comparison {
  public:
    Comparison(const Record& record, const CatalogueState& catalogue, const HeldMap& held)
        : record_(record), catalogue_(catalogue) {
        for (const auto& [environment, objects] : held)
            for (const HeldObject& object : objects)
                if (!object.incomplete()) objects_[environment][object.id].push_back(&object);
    }

    void compare_keys() {
        for (const auto& [name, key] : record_)
            compare(key);
    }

    void look_for_leftovers() {
        for (const auto& [name, row] : catalogue_.keys)
            if (!record_.contains(name)) add(name, "a row that nobody asked for");
        for (const auto& [environment, by_id] : objects_)
            for (const auto& [id, objects] : by_id)
                if (!objects.empty()) refuse_unknown(environment, id, *objects.front());
        if (catalogue_.intents > 0) add({}, std::to_string(catalogue_.intents) + " intents are left");
    }

    std::vector<Finding> take() { return std::move(findings_); }

  private:
    void add(const std::string& name, const std::string& what) { findings_.push_back({name, what}); }

    void compare(const KeyRecord& key) {
        const auto row = catalogue_.keys.find(key.name);
        if (row == catalogue_.keys.end()) {
            if (key.exists) add(key.name, "acknowledged, but there is no row");
            return;
        }
        if (!key.exists) {
            add(key.name, "acknowledged as deleted, or never made, but there is a row: " + row->second.state);
            return;
        }
        if (row->second.state != "active") add(key.name, "its row is " + row->second.state);
        if (row->second.algorithm != words_of(key.kind).algorithm)
            add(key.name, "its row says " + row->second.algorithm);
        for (const auto& [environment, deployment] : row->second.deployments) {
            compare(key, environment, deployment);
            if (deployment.object_id) known_[environment][*deployment.object_id] = key.name;
        }
        for (const auto& [environment, material] : key.deployed)
            if (!row->second.deployments.contains(environment))
                add(key.name, "acknowledged in " + environment + ", but there is no row of it");
    }

    void compare(const KeyRecord& key, const std::string& environment,
                 const CatalogueState::Deployment& deployment) {
        const auto due = key.deployed.find(environment);
        if (due == key.deployed.end()) {
            add(key.name, "deployed in " + environment + ", though that was acknowledged as undone");
            return;
        }
        if (deployment.state != "deployed" || !deployment.object_id) {
            add(key.name, "its row in " + environment + " is " + deployment.state);
            return;
        }
        if (deployment.fingerprint != due->second.fingerprint)
            add(key.name, "its row in " + environment + " says " + deployment.fingerprint + " in place of " +
                              due->second.fingerprint);
        compare_objects(key, environment, *deployment.object_id, due->second.fingerprint);
    }

    void compare_objects(const KeyRecord& key, const std::string& environment, const std::string& id,
                         const std::string& fingerprint) {
        const std::string place = environment + ", object " + id + ", ";
        const auto expect = [&](const std::string& what, const std::string& found, const std::string& due) {
            if (found != due) add(key.name, place + what + " is " + found + " in place of " + due);
        };
        std::vector<std::string> kinds;
        for (const HeldObject* object : objects_[environment][id]) {
            kinds.push_back(object->kind);
            expect("its label", object->label, std::string(project) + "/" + key.name);
            expect("what it proves to be", object->proof, fingerprint);
            if (key.kind == Kind::aes) expect("its CKA_CHECK_VALUE", object->check_value, fingerprint);
        }
        std::ranges::sort(kinds);
        const auto wanted = words_of(key.kind).pair ? std::vector<std::string>{"private", "public"}
                                                    : std::vector<std::string>{"secret"};
        if (kinds == wanted) return;
        std::string found;
        for (const std::string& kind : kinds)
            found += " " + kind;
        add(key.name, place + "is not whole, there is:" + (found.empty() ? " nothing" : found));
    }

    void refuse_unknown(const std::string& environment, const std::string& id, const HeldObject& object) {
        const auto known = known_.find(environment);
        if (known != known_.end() && known->second.contains(id)) return;
        const std::string start = std::string(project) + "/";
        const bool named = object.label.starts_with(start);
        add(named ? object.label.substr(start.size()) : std::string(),
            "an object without a row in " + environment + ": " + object.kind + " " + id + " '" +
                object.label + "'" + (catalogue_.tombstones.contains(id) ? ", it has a tombstone" : ""));
    }

    const Record& record_;
    const CatalogueState& catalogue_;
    std::map<std::string, std::map<std::string, std::vector<const HeldObject*>>> objects_;
    std::map<std::string, std::map<std::string, std::string>>
        known_;  ///< names of keys by environment and object
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> key_disagreements(const Record& record, const CatalogueState& catalogue,
                                       const HeldMap& held) {
    Comparison comparison(record, catalogue, held);
    comparison.compare_keys();
    return comparison.take();
}

std::vector<Finding> disagreements(const Record& record, const CatalogueState& catalogue,
                                   const HeldMap& held) {
    Comparison comparison(record, catalogue, held);
    comparison.compare_keys();
    comparison.look_for_leftovers();
    return comparison.take();
}

}  // namespace keyward::e2e
