#pragma once

#include <functional>
#include <string>

#include "domain/catalogue.hpp"
#include "service/recovery/drift.hpp"
#include "service/runtime/object_scan.hpp"

namespace keyward::service {

enum class ComparisonStatus {
    compared,
    skipped,  ///< its token cannot be reached, or is not the one that holds its keys
    failed,   ///< a scan or a lookup failed: its state is unknown
};

/// The result of comparing one environment's token with the catalogue.
struct Comparison {
    std::string environment;
    ComparisonStatus status = ComparisonStatus::compared;
    std::string reason;       ///< why it was not compared, in words for people
    std::size_t objects = 0;  ///< all key objects in the token, ours or not
    std::vector<Drift> drift;
    ObjectsById ours;  ///< objects under ids of our form, except those of keys that are where they should be
    bool imports_under_way = false;  ///< before or after the scan, by any process
    std::string doubt;  ///< why the token may not be the one that holds the environment's keys; empty: it is
};

using TakeRecorded = std::function<void(const RecordedObject&)>;

/// Visits what the token of the environment should hold, one object at a time, sorted by id: few of them are
/// in memory at once.
void each_recorded(KeyStore& keys, const std::string& environment, const TakeRecorded& take);

/// Which of the catalogue's records name objects of that environment. `take` is called with each recorded
/// object.
CatalogueView view_of(KeyStore& keys, ChangeLog& changes, const std::string& environment,
                      const TakeRecorded& take = {});

/// The number of objects about to be created in the environment.
std::size_t intents_of(ChangeLog& changes, const std::string& environment);

/// Scans the token and compares; changes nothing. Every suspected difference is looked up once more before it
/// is reported, so requests may continue at the same time, in this process and in others. Throws only
/// CatalogueError.
Comparison compare(KeyStore& keys, ChangeLog& changes, Environment& environment,
                   const ScanLimits& limits = {}, const ScanProgress& progress = {});

}  // namespace keyward::service
