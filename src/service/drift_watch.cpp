#include "service/drift_watch.hpp"

#include <algorithm>

#include "core/contain.hpp"
#include "core/log.hpp"

namespace keyward::service {
namespace {

std::size_t count_of(const Comparison& comparison, DriftKind kind) {
    std::size_t count = 0;
    for (const Drift& drift : comparison.drift)
        if (drift.kind == kind) count += drift.count;
    return count;
}

void report(const Comparison& comparison) {
    if (comparison.status != ComparisonStatus::compared) {
        log::warn("drift.not_compared",
                  {{"environment", comparison.environment}, {"reason", comparison.reason}});
        return;
    }
    const auto count = [&](DriftKind kind) { return count_of(comparison, kind); };
    const auto write = comparison.drift.empty() ? log::info : log::warn;
    write(comparison.drift.empty() ? "drift.none" : "drift.found",
          {{"environment", comparison.environment},
           {"objects", comparison.objects},
           {"missing", count(DriftKind::missing)},
           {"unknown", count(DriftKind::unknown)},
           {"changed", count(DriftKind::changed)},
           {"duplicate", count(DriftKind::duplicate)},
           {"returned", count(DriftKind::returned)},
           {"half_made", count(DriftKind::half_made)}});
}

}  // namespace

void DriftWatch::begin() {
    std::call_once(begun_, [this] {
        thread_ = std::jthread(
            [this](const std::stop_token& stop) { contain("look for drift", [&] { look(stop); }); });
    });
}

void DriftWatch::look(const std::stop_token& stop) {
    try {
        WalkLimits limits;
        limits.stop = stop;
        for (const auto& environment : workplace_.environments.all()) {
            if (environment->profile().workers < 2) continue;
            const Comparison comparison = compare(workplace_.catalogue, *environment, limits);
            if (stop.stop_requested()) return;
            report(comparison);
        }
    } catch (const std::exception& error) {
        log::error("drift.not_looked_for", {{"reason", error.what()}});
    }
}

}  // namespace keyward::service
