#include "service/reconcile.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "service/healing.hpp"

namespace keyward::service {

bool ReconcileReport::in_order() const {
    const bool is_settled = unsettled.objects.empty() &&
                            (!settled || (settled->left_tombstones == 0 && settled->failed_lookups.empty()));
    return is_settled && std::ranges::all_of(environments, [](const EnvironmentReport& each) {
               return each.status == ComparisonStatus::compared && each.drift.empty();
           });
}

Reconciler::Reconciler(Workplace workplace, std::function<bool(const std::string&)> is_dead,
                       WalkProgress progress)
    : workplace_(std::move(workplace)), is_dead_(std::move(is_dead)), progress_(std::move(progress)) {}

ReconcileReport Reconciler::run(const ReconcileOptions& options, const WalkLimits& limits) {
    ReconcileReport report;
    std::map<std::string, std::optional<AcceptedToken>> accepted;
    for (Environment* environment : chosen(options))
        if (options.accept_tokens.contains(environment->name()))
            accepted[environment->name()] = accept_token(*environment, options);
    if (options.dry_run)
        report.unsettled = unsettled_in(workplace_, is_dead_);
    else
        report.settled = settle();
    for (Environment* environment : chosen(options)) {
        report.environments.push_back(examine(*environment, options, limits, report.unsettled));
        report.environments.back().accepted_token = accepted[environment->name()];
    }
    return report;
}

std::vector<Environment*> Reconciler::chosen(const ReconcileOptions& options) const {
    std::vector<Environment*> all;
    for (const auto& environment : workplace_.environments.all())
        if (options.environments.empty() || options.environments.contains(environment->name()) ||
            options.accept_tokens.contains(environment->name()))
            all.push_back(environment.get());
    return all;
}

RecoveryReport Reconciler::settle() {
    Recovery::Progress progress;
    if (progress_) progress = [this](std::size_t done, std::size_t total) { progress_({}, done, total); };
    return Recovery(workplace_, is_dead_).settle(progress);
}

std::optional<AcceptedToken> Reconciler::accept_token(Environment& environment,
                                                      const ReconcileOptions& options) const {
    std::string serial;
    try {
        serial = environment.call<TokenIdentity>([](Token& token) { return token.identity(); }).serial;
    } catch (const TokenError&) {
        return std::nullopt;  // the comparison meets the same, and says so
    }
    const auto bound = workplace_.catalogue.bound_token(environment.name());
    if (bound == serial) return std::nullopt;
    if (options.dry_run) return AcceptedToken{serial, bound, false};
    workplace_.catalogue.rebind_token(environment.name(), serial,
                                      {workplace_.clock(),
                                       options.actor,
                                       {},
                                       "reconcile.accept_token",
                                       {},
                                       {},
                                       {environment.name()},
                                       "serial " + serial + (bound ? " in place of " + *bound : "")});
    return AcceptedToken{serial, bound};
}

EnvironmentReport Reconciler::examine(Environment& environment, const ReconcileOptions& options,
                                      const WalkLimits& limits, Unsettled& unsettled) {
    const Comparison comparison = compare(workplace_.catalogue, environment, limits, progress_);
    EnvironmentReport report;
    report.name = environment.name();
    report.status = comparison.status;
    report.reason = comparison.reason;
    report.objects = comparison.objects;
    for (const Drift& drift : comparison.drift)
        report.drift.push_back({drift, {}});
    complete(unsettled, comparison);
    if (options.dry_run || comparison.status != ComparisonStatus::compared) return report;
    if (options.adopt || options.accept_tokens.contains(environment.name()))
        reclaim_tombstones(workplace_, comparison, options.actor);
    if (options.adopt)
        adopt(workplace_, comparison, options.actor, Adopted::all, report);
    else if (options.accept_tokens.contains(environment.name()))
        adopt(workplace_, comparison, options.actor, Adopted::known_keys, report);
    if (options.remove_unidentified) remove_half_made(workplace_, comparison, options.actor, report);
    return report;
}

}  // namespace keyward::service
