#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/token.hpp"

namespace keyward::service {

/// How catalogue and token may disagree.
enum class DriftKind {
    missing,     ///< the catalogue believes that the object is in the token
    unknown,     ///< the catalogue knows nothing of the object: another application's, or ours without a row
    changed,     ///< the object is not as the catalogue says
    duplicate,   ///< more than one object of the same class under one id of ours
    returned,    ///< the catalogue says that the object is lost, and it is there
    incomplete,  ///< what a module leaves behind that was killed while it made an object
};

/// `missing`, `unknown`, `changed`, `duplicate`, `returned`, `incomplete`.
std::string_view to_string(DriftKind kind);

/// One disagreement between the catalogue and the token of an environment.
struct Drift {
    DriftKind kind = DriftKind::missing;
    std::string environment;
    std::string project;  ///< empty where the catalogue knows no key
    std::string key;
    std::string object;     ///< the whole id in hex
    std::string label;      ///< as it stands in the token; the expected one of a missing object
    std::string detail;     ///< a sentence for people: what was found, and what was expected
    std::size_t count = 1;  ///< of incomplete objects; they have nothing to tell one from the other
};

/// The objects of all deployments in one environment, and how those stand: little enough to be held for every
/// key there is.
class RecordedObjects {
  public:
    struct Entry {
        ObjectId id;
        DeploymentState state = DeploymentState::deployed;
    };

    RecordedObjects() = default;
    explicit RecordedObjects(std::vector<Entry> objects);

    /// Nothing when no deployment names it.
    [[nodiscard]] std::optional<DeploymentState> find(const ObjectId& id) const;

  private:
    std::vector<Entry> objects_;  ///< by id
};

/// What the catalogue said of one environment at one moment. Objects move from intent to deployment to
/// tombstone and never back, so they are read in that order: what was anywhere is seen somewhere.
struct CatalogueView {
    RecordedObjects recorded;
    std::set<ObjectId> in_motion;  ///< named by intents and tombstones: about to come or to go
    std::size_t intents = 0;       ///< how many of those are about to come

    [[nodiscard]] bool knows(const ObjectId& id) const;
};

/// The objects that lie in a token under one id of our form.
using ObjectsById = std::map<ObjectId, std::vector<TokenObject>>;

/// What a walk through a token found.
struct FoundObjects {
    explicit FoundObjects(std::vector<TokenObject> objects);

    ObjectsById ours;
    std::vector<TokenObject> others;  ///< with ids of other forms
    std::size_t incomplete = 0;
    std::size_t count = 0;  ///< of all
};

/// Compares what a walk through the token found with the catalogue before and after it. What came or went in
/// between is no drift, nor is what intents and tombstones name. A missing or unknown object is a suspicion
/// until it was looked up once more: an object is not seen twice in the same moment. Half-made objects are
/// one entry together. `before` and `found` must outlive it.
class DriftSearch {
  public:
    DriftSearch(std::string environment, const CatalogueView& before, FoundObjects& found);

    /// To be called with each object that is recorded after the walk, one at a time, so that they need not be
    /// held together. What the token holds of a deployed key is then no longer needed, and is dropped.
    void compare_with(const RecordedObject& recorded);
    /// The drift, in the order of projects and keys.
    [[nodiscard]] std::vector<Drift> end(const CatalogueView& after);

  private:
    void add_unknown(const CatalogueView& after);

    std::string environment_;
    const CatalogueView& before_;
    FoundObjects& found_;
    std::vector<Drift> drift_;
};

/// So many incomplete objects.
Drift half_made_drift(const std::string& environment, std::size_t count);

/// Why the objects under one id are not what the catalogue records; empty when they are. What
/// `duplicates_among` finds is not repeated.
std::vector<std::string> differences(const RecordedObject& recorded, const std::vector<TokenObject>& objects);

/// `2 private keys` …; empty when there is at most one object of each class.
std::string duplicates_among(const std::vector<TokenObject>& objects);

}  // namespace keyward::service
