#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/catalogue_records.hpp"
#include "domain/token.hpp"

namespace keyward::service {

/// The kinds of disagreement between catalogue and token.
enum class DriftKind {
    missing,     ///< the catalogue expects the object in the token
    unknown,     ///< the catalogue does not know the object: another application's, or ours without a row
    changed,     ///< the object differs from its record
    duplicate,   ///< more than one object of the same class under one id of ours
    returned,    ///< the catalogue records the object as lost, but it exists
    incomplete,  ///< left behind by a module that was killed while it created an object
};

/// `missing`, `unknown`, `changed`, `duplicate`, `returned`, `incomplete`.
std::string_view to_string(DriftKind kind);

/// One disagreement between the catalogue and the token of an environment.
struct Drift {
    DriftKind kind = DriftKind::missing;
    std::string environment;
    std::string project{};  ///< empty where the catalogue knows no key
    std::string key{};
    std::string object{};   ///< the whole id in hex
    std::string label{};    ///< as in the token; the expected one of a missing object
    std::string detail;     ///< a sentence for people: what was found, and what was expected
    std::size_t count = 1;  ///< the number of incomplete objects, which cannot be told apart
};

/// The objects of all deployments in one environment, with the deployments' states. Small enough to be held
/// in memory for every key.
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
    std::vector<Entry> objects_;  ///< sorted by id
};

/// The catalogue's view of one environment at one moment. Objects move from intent to deployment to tombstone
/// and never back, so they are read in that order: an object that is recorded anywhere is seen at least once.
struct CatalogueView {
    RecordedObjects recorded;
    std::set<ObjectId> in_motion;  ///< named by intents and tombstones: about to be created or destroyed
    std::size_t intents = 0;       ///< how many of those are about to be created

    [[nodiscard]] bool knows(const ObjectId& id) const;
};

/// The objects in a token under ids of our form.
using ObjectsById = std::map<ObjectId, std::vector<TokenObject>>;

/// The result of a scan of a token.
struct FoundObjects {
    explicit FoundObjects(std::vector<TokenObject> objects);

    ObjectsById ours;
    std::vector<TokenObject> others;  ///< with ids of other forms
    std::size_t incomplete = 0;
    std::size_t count = 0;  ///< the number of all objects
};

/// Compares the result of a scan with the catalogue before and after it. Objects that appeared or disappeared
/// in between are no drift, nor are those that intents and tombstones name. A missing or unknown object is
/// only suspected until it was looked up once more: catalogue and token are not read at the same moment.
/// Incomplete objects are reported as one entry. `before` and `found` must outlive it.
class DriftSearch {
  public:
    DriftSearch(std::string environment, const CatalogueView& before, FoundObjects& found);

    /// Call it with each object that is recorded after the scan, one at a time, so that they need not all be
    /// held in memory. The token's data of a deployed key is then no longer needed, and is dropped.
    void compare_with(const RecordedObject& recorded);
    /// The drift, sorted by projects and keys.
    [[nodiscard]] std::vector<Drift> end(const CatalogueView& after);

  private:
    void add_unknown(const CatalogueView& after);

    std::string environment_;
    const CatalogueView& before_;
    FoundObjects& found_;
    std::vector<Drift> drift_;
};

/// The drift entry for this number of incomplete objects.
Drift incomplete_drift(const std::string& environment, std::size_t count);

/// How the objects under one id differ from the catalogue's record; empty when they do not. The findings of
/// `duplicates_among` are not repeated.
std::vector<std::string> differences(const RecordedObject& recorded, const std::vector<TokenObject>& objects);

/// `2 private keys` …; empty when there is at most one object of each class.
std::string duplicates_among(const std::vector<TokenObject>& objects);

}  // namespace keyward::service
