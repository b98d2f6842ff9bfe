#include "service/recovery/reconcile.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "service/recovery/repair.hpp"
#include "service/runtime/pinned_token.hpp"

namespace keyward::service {
namespace {

/// False only where the token is known to hold none of them.
bool holds_its_keys(Environment& environment) {
    try {
        environment.call<bool>([](Token& token) { return token.ping(), true; });
    } catch (const WrongToken& wrong) {
        return wrong.why() != WrongToken::Why::no_recorded_key;
    } catch (const TokenError&) {
        return true;
    }
    return true;
}

}  // namespace

bool ReconcileReport::in_order() const {
    const bool is_settled =
        pending.objects.empty() &&
        (!resolved || (resolved->left_tombstones == 0 && resolved->failed_lookups.empty()));
    const bool is_ended = absent.empty() && not_there.empty() &&
                          std::ranges::all_of(given_up, [](const GivenUp& each) { return each.done; });
    return is_settled && is_ended && std::ranges::all_of(environments, [](const EnvironmentReport& each) {
               return each.status == ComparisonStatus::compared && each.drift.empty();
           });
}

Reconciler::Reconciler(ServiceContext service_context, std::function<bool(const std::string&)> is_dead,
                       ScanProgress progress)
    : service_context_(std::move(service_context)),
      is_dead_(std::move(is_dead)),
      progress_(std::move(progress)) {}

ReconcileReport Reconciler::run(const ReconcileOptions& options, const ScanLimits& limits) {
    ReconcileReport report;
    std::map<std::string, std::optional<AcceptedToken>> accepted;
    for (Environment* environment : chosen(options))
        if (options.accept_tokens.contains(environment->name()))
            accepted[environment->name()] = accept_token(*environment, options);
    for (const ObjectId& id : options.give_up)
        report.given_up.push_back(give_up(service_context_, id, options.actor));
    if (options.dry_run)
        report.pending = pending_recovery_in(service_context_, is_dead_);
    else
        report.resolved = resolve();
    std::set<std::string> wanted = options.adopt_objects;
    for (Environment* environment : chosen(options)) {
        report.environments.push_back(compare_and_repair(*environment, options, limits, report.pending));
        report.environments.back().accepted_token = accepted[environment->name()];
        for (const std::vector<Finding>* list :
             {&report.environments.back().adopted, &report.environments.back().drift})
            for (const Finding& finding : *list)
                wanted.erase(finding.drift.object);
    }
    report.not_there.assign(wanted.begin(), wanted.end());
    report.absent = absent_objects(service_context_.catalogue.changes);
    return report;
}

std::vector<Environment*> Reconciler::chosen(const ReconcileOptions& options) const {
    std::vector<Environment*> all;
    for (const auto& environment : service_context_.environments.all())
        if (options.environments.empty() || options.environments.contains(environment->name()) ||
            options.accept_tokens.contains(environment->name()))
            all.push_back(environment.get());
    return all;
}

RecoveryReport Reconciler::resolve() {
    Recovery::Progress progress;
    if (progress_) progress = [this](std::size_t done, std::size_t total) { progress_({}, done, total); };
    return Recovery(service_context_, is_dead_).resolve(progress);
}

std::optional<AcceptedToken> Reconciler::accept_token(Environment& environment,
                                                      const ReconcileOptions& options) const {
    std::string serial;
    try {
        serial = environment.call<TokenIdentity>([](Token& token) { return token.identity(); }).serial;
    } catch (const TokenError&) {
        return std::nullopt;  // the comparison meets the same error and reports it
    }
    const auto pinned = service_context_.catalogue.token_pins.pinned_token(environment.name());
    if (pinned == serial && holds_its_keys(environment)) return std::nullopt;
    if (options.dry_run) return AcceptedToken{.serial = serial, .previous = pinned, .done = false};
    if (pinned == serial) {
        retire_token(environment.name(), serial, options);
        return AcceptedToken{serial, pinned};
    }
    service_context_.catalogue.token_pins.repin_token(
        environment.name(), serial,
        {.at = service_context_.clock(),
         .actor = options.actor,
         .action = "reconcile.accept_token",
         .environments = {environment.name()},
         .result = "serial " + serial + (pinned ? " in place of " + *pinned : "")});
    return AcceptedToken{serial, pinned};
}

/// The objects that the token held before it was initialized again stay recorded, under a serial number of
/// their own.
void Reconciler::retire_token(const std::string& environment, const std::string& serial,
                              const ReconcileOptions& options) const {
    const Instant now = service_context_.clock();
    service_context_.catalogue.token_pins.retire_token(
        environment, serial + " before " + to_rfc3339(now),
        {.at = now,
         .actor = options.actor,
         .action = "reconcile.accept_token",
         .environments = {environment},
         .result = "serial " + serial + ", initialised again: it holds none of the recorded keys"});
}

EnvironmentReport Reconciler::compare_and_repair(Environment& environment, const ReconcileOptions& options,
                                                 const ScanLimits& limits, PendingRecovery& pending) {
    const Comparison comparison = compare(service_context_.catalogue.keys, service_context_.catalogue.changes,
                                          environment, limits, progress_);
    EnvironmentReport report;
    report.name = environment.name();
    report.status = comparison.status;
    report.reason = comparison.reason;
    report.objects = comparison.objects;
    for (const Drift& drift : comparison.drift)
        report.drift.push_back({.drift = drift});
    complete(pending, comparison);
    if (!comparison.doubt.empty()) report.reason = comparison.doubt;
    if (options.dry_run || comparison.status != ComparisonStatus::compared || !comparison.doubt.empty())
        return report;
    if (options.adopt || options.accept_tokens.contains(environment.name()))
        reclaim_tombstones(service_context_, comparison, options.actor);
    const bool recorded_keys = options.adopt || options.accept_tokens.contains(environment.name());
    if (recorded_keys || !options.adopt_objects.empty())
        adopt(service_context_, comparison, options.actor,
              {.recorded_keys = recorded_keys,
               .proved_objects = options.adopt,
               .objects = options.adopt_objects,
               .mechanisms = options.mechanisms},
              report);
    if (options.remove_incomplete) remove_incomplete(service_context_, comparison, options.actor, report);
    return report;
}

}  // namespace keyward::service
