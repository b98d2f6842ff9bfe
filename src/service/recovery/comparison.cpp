#include "service/recovery/comparison.hpp"

#include <algorithm>

#include "service/runtime/pinned_token.hpp"

namespace keyward::service {
namespace {

constexpr int looks_beside_imports = 6;
constexpr std::size_t recorded_page = 500;

/// One environment's comparison, from the first query of the catalogue to the last lookup.
class Comparing {
  public:
    Comparing(KeyStore& keys, ChangeLog& changes, Environment& environment, const ScanLimits& limits,
              const ScanProgress& progress)
        : keys_(keys), changes_(changes), environment_(environment), limits_(limits), progress_(progress) {
        result_.environment = environment.name();
    }

    Comparison run() {
        if (!answers()) return std::move(result_);
        try {
            search();
            drop_unknown_that_are_known();
            look_up();
            if (is_any_missing() && refresh()) look_up_missing();
            if (!doubtful_.empty() || incomplete() != result_.drift.end()) look_again();
            drop_missing_that_are_not_deployed();
        } catch (const TokenError& error) {
            result_.status = ComparisonStatus::failed;
            result_.reason = error.what();
            result_.drift.clear();
        }
        return std::move(result_);
    }

  private:
    bool answers() {
        try {
            return environment_.call<bool>([](Token& token) { return token.ping(), true; });
        } catch (const WrongToken& wrong) {
            if (wrong.why() == WrongToken::Why::no_recorded_key) {
                result_.doubt = wrong.what();
                return true;
            }
            result_.status = ComparisonStatus::skipped;
            result_.reason = wrong.what();
            return false;
        } catch (const TokenError& error) {
            result_.status = ComparisonStatus::skipped;
            result_.reason = error.what();
            return false;
        }
    }

    CatalogueView view() { return view_of(keys_, changes_, environment_.name()); }

    void search() {
        const CatalogueView before = view();
        FoundObjects found(scan_objects(environment_, limits_, progress_));
        DriftSearch differences(environment_.name(), before, found);
        const CatalogueView after =
            view_of(keys_, changes_, environment_.name(),
                    [&](const RecordedObject& recorded) { differences.compare_with(recorded); });
        result_.drift = differences.end(after);
        result_.objects = found.count;
        result_.ours = std::move(found.ours);
        result_.imports_under_way = before.intents + after.intents > 0;
    }

    [[nodiscard]] static bool is_lookup_due(const Drift& drift) {
        return (drift.kind == DriftKind::missing || drift.kind == DriftKind::unknown) &&
               drift.object.size() == 2 * ObjectId::size;
    }

    /// An object that the catalogue does not know now, and that is still in the token afterwards, is unknown.
    void drop_unknown_that_are_known() {
        const CatalogueView now = view();
        std::erase_if(result_.drift, [&](const Drift& drift) {
            return drift.kind == DriftKind::unknown && is_lookup_due(drift) &&
                   now.knows(ObjectId::from_hex(drift.object));
        });
    }

    /// The reverse: an object that is not in the token, and is still deployed afterwards, is missing.
    void drop_missing_that_are_not_deployed() {
        const CatalogueView now = view();
        std::erase_if(result_.drift, [&](const Drift& drift) {
            if (drift.kind != DriftKind::missing) return false;
            const ObjectId id = ObjectId::from_hex(drift.object);
            return now.in_motion.contains(id) || now.recorded.find(id) != DeploymentState::deployed;
        });
    }

    void look_up() {
        const auto total = static_cast<std::size_t>(std::ranges::count_if(result_.drift, is_lookup_due));
        std::size_t done = 0;
        std::erase_if(result_.drift, [&](const Drift& drift) {
            if (!is_lookup_due(drift)) return false;
            if (progress_) progress_(environment_.name() + ", second look", ++done, total);
            const ObjectId id = ObjectId::from_hex(drift.object);
            const bool there = count(id) > 0;
            if (drift.kind == DriftKind::missing && there) doubtful_.insert(id);
            return drift.kind == DriftKind::unknown && !there;
        });
    }

    void look_up_missing() {
        for (const Drift& drift : result_.drift)
            if (drift.kind == DriftKind::missing && count(ObjectId::from_hex(drift.object)) > 0)
                doubtful_.insert(ObjectId::from_hex(drift.object));
    }

    [[nodiscard]] bool is_any_missing() const {
        return std::ranges::find(result_.drift, DriftKind::missing, &Drift::kind) != result_.drift.end();
    }

    /// A module may not show objects that other processes have made since it was initialized.
    bool refresh() {
        return environment_.call<bool>([](Token& token) { return token.refresh(); });
    }

    std::size_t count(const ObjectId& id) {
        if (limits_.stop.stop_requested()) throw TokenError(TokenFault::busy, "The comparison was stopped");
        return environment_.call<std::size_t>([id](Token& token) { return token.count(id); });
    }

    std::vector<Drift>::iterator incomplete() {
        return std::ranges::find(result_.drift, DriftKind::incomplete, &Drift::kind);
    }

    /// An incomplete object may have been completed since; and an object under a missing key's id may not be
    /// a key, but for instance a certificate for it.
    void look_again() {
        const FoundObjects found(scan_objects(environment_, limits_, progress_));
        std::erase_if(result_.drift, [&](const Drift& drift) {
            return drift.kind == DriftKind::missing && found.ours.contains(ObjectId::from_hex(drift.object));
        });
        keep_incomplete(found.incomplete);
        // While imports run, each look may find another incomplete object; those left behind are found in all
        // looks.
        for (int look = 0; look < looks_beside_imports && incomplete() != result_.drift.end(); ++look) {
            if (intents_of(changes_, environment_.name()) > 0) result_.imports_under_way = true;
            if (!result_.imports_under_way) return;
            keep_incomplete(FoundObjects(scan_objects(environment_, limits_, progress_)).incomplete);
        }
    }

    /// Lowers the number of incomplete objects to that of this look.
    void keep_incomplete(std::size_t count) {
        const auto first = incomplete();
        if (first == result_.drift.end() || count >= first->count) return;
        if (count == 0)
            result_.drift.erase(first);
        else
            *first = incomplete_drift(environment_.name(), count);
    }

    KeyStore& keys_;
    ChangeLog& changes_;
    Environment& environment_;
    const ScanLimits& limits_;
    const ScanProgress& progress_;
    Comparison result_;
    std::set<ObjectId> doubtful_;
};

}  // namespace

void each_recorded(KeyStore& keys, const std::string& environment, const TakeRecorded& take) {
    std::optional<ObjectId> last;
    std::vector<RecordedObject> page;
    do {
        page = keys.recorded_objects(environment, last, recorded_page);
        for (const RecordedObject& recorded : page)
            take(recorded);
        if (!page.empty()) last = page.back().deployment.object_id;
    } while (page.size() == recorded_page);
}

std::size_t intents_of(ChangeLog& changes, const std::string& environment) {
    return static_cast<std::size_t>(std::ranges::count(changes.intents(), environment, &Intent::environment));
}

CatalogueView view_of(KeyStore& keys, ChangeLog& changes, const std::string& environment,
                      const TakeRecorded& take) {
    CatalogueView view;
    for (const Intent& intent : changes.intents())
        if (intent.environment == environment) view.in_motion.insert(intent.object_id);
    view.intents = view.in_motion.size();
    std::vector<RecordedObjects::Entry> recorded;
    each_recorded(keys, environment, [&](const RecordedObject& each) {
        recorded.push_back({*each.deployment.object_id, each.deployment.state});
        if (take) take(each);
    });
    view.recorded = RecordedObjects(std::move(recorded));
    for (const Tombstone& tombstone : changes.tombstones())
        if (tombstone.environment == environment) view.in_motion.insert(tombstone.object_id);
    return view;
}

Comparison compare(KeyStore& keys, ChangeLog& changes, Environment& environment, const ScanLimits& limits,
                   const ScanProgress& progress) {
    return Comparing(keys, changes, environment, limits, progress).run();
}

}  // namespace keyward::service
