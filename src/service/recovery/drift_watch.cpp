#include "service/recovery/drift_watch.hpp"

#include <algorithm>

#include "base/contain.hpp"
#include "base/log.hpp"

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
    if (comparison.drift.empty()) {
        log::info("drift.none", {{"environment", comparison.environment}, {"objects", comparison.objects}});
        return;
    }
    const auto count = [&](DriftKind kind) { return count_of(comparison, kind); };
    log::warn("drift.found", {{"environment", comparison.environment},
                              {"objects", comparison.objects},
                              {"missing", count(DriftKind::missing)},
                              {"unknown", count(DriftKind::unknown)},
                              {"changed", count(DriftKind::changed)},
                              {"duplicate", count(DriftKind::duplicate)},
                              {"returned", count(DriftKind::returned)},
                              {"half_made", count(DriftKind::incomplete)}});
}

}  // namespace

DriftWatch::DriftWatch(ServiceContext service_context) : service_context_(std::move(service_context)) {
    for (const auto& environment : service_context_.environments.all())
        if (environment->profile().workers > 1) left_.push_back(environment.get());
}

void DriftWatch::begin() {
    const Lock lock(mutex_);
    if (looking_ || left_.empty() || !pause_.is_over(service_context_.clock())) return;
    thread_ = std::jthread([this](const std::stop_token& stop) {
        contain("look for drift", [&] { look(stop); });
        const Lock ending(mutex_);
        looking_ = false;
    });
    looking_ = true;
}

void DriftWatch::look(const std::stop_token& stop) {
    pause_.begin(service_context_.clock());
    std::erase_if(left_, [&](Environment* environment) { return look_at(*environment, stop); });
}

/// False when it failed and must be repeated.
bool DriftWatch::look_at(Environment& environment, const std::stop_token& stop) {
    if (stop.stop_requested()) return false;
    try {
        ScanLimits limits;
        limits.stop = stop;
        const Comparison comparison =
            compare(service_context_.catalogue.keys, service_context_.catalogue.changes, environment, limits);
        if (stop.stop_requested()) return false;
        report(comparison);
        return true;
    } catch (const std::exception& error) {
        log::error("drift.not_looked_for", {{"environment", environment.name()}, {"reason", error.what()}});
        return false;
    }
}

}  // namespace keyward::service
