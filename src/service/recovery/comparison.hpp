#pragma once

#include <functional>
#include <string>

#include "domain/catalogue.hpp"
#include "service/recovery/drift.hpp"
#include "service/runtime/object_scan.hpp"

namespace keyward::service {

enum class ComparisonStatus {
    compared,
    skipped,  ///< its token can't be reached, or is not the one that holds its keys
    failed,   ///< a walk or a lookup failed: nothing can be said of it
};

/// What came of comparing one environment's token with the catalogue.
struct Comparison {
    std::string environment;
    ComparisonStatus status = ComparisonStatus::compared;
    std::string reason;       ///< why it was not compared, in words for people
    std::size_t objects = 0;  ///< key objects in the token, whosever
    std::vector<Drift> drift;
    ObjectsById ours;  ///< what lies under ids of our form, but for keys that are where they should be
    bool imports_under_way = false;  ///< before or after the walk, whosever
    std::string doubt;  ///< why the token may not be the one that holds the environment's keys; empty: it is
};

using TakeRecorded = std::function<void(const RecordedObject&)>;

/// What the token of the environment should hold, one after the other, ordered by their ids: few of them are
/// in memory at once.
void each_recorded(Catalogue& catalogue, const std::string& environment, const TakeRecorded& take);

/// Which of the catalogue's records name objects of that environment. `take` sees each that is recorded.
CatalogueView view_of(Catalogue& catalogue, const std::string& environment, const TakeRecorded& take = {});

/// How many objects are about to be made in the environment.
std::size_t intents_of(Catalogue& catalogue, const std::string& environment);

/// Walks through the token and compares; changes nothing. Every suspicion is looked up once more before it is
/// reported, so requests may go on beside it, in this process and in others. Throws CatalogueError alone.
Comparison compare(Catalogue& catalogue, Environment& environment, const ScanLimits& limits = {},
                   const ScanProgress& progress = {});

}  // namespace keyward::service
