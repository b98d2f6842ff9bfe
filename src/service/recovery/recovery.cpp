#include "service/recovery/recovery.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

#include "base/contain.hpp"
#include "base/log.hpp"
#include "service/runtime/object_destruction.hpp"

namespace keyward::service {

/// One pass over tombstones of one environment. It holds their leases from its beginning to its end.
class Recovery::Pass {
  public:
    Pass(Recovery& recovery, Environment& environment, const std::vector<Tombstone>& claimed,
         RecoveryReport& report)
        : recovery_(recovery), environment_(environment), claimed_(claimed), report_(report) {
        for (const Tombstone& tombstone : claimed_)
            if (!recovery_.service_context_.in_flight.contains(tombstone.object_id))
                left_.insert(tombstone.object_id);
        renewed_at_ = recovery_.service_context_.clock();
    }

    /// False when the environment is to be left alone until the next time.
    bool run(const std::stop_token& stop, const std::function<void()>& done) {
        const auto found = answers() ? look_up(stop) : std::nullopt;
        const bool goes_on = found && !stop.stop_requested();
        if (goes_on)
            for (const Found& each : *found) {
                if (stop.stop_requested()) break;
                renew();
                if (destroy(each)) left_.erase(each.tombstone.object_id);
                if (done) done();
            }
        // Another replica may reach the token that this one cannot.
        ServiceContext& service_context = recovery_.service_context_;
        if (!left_.empty())
            service_context.catalogue.leases.renew_leases(left_, service_context.owner,
                                                          service_context.clock());
        return goes_on;
    }

  private:
    struct Found {
        Tombstone tombstone;
        std::size_t objects;
    };

    bool answers() {
        try {
            environment_.call<bool>([](Token& token) {
                token.ping();
                return true;
            });
            return true;
        } catch (const TokenError& error) {
            report_.out_of_reach[environment_.name()] = error.what();
            log::warn("recovery.token_out_of_reach",
                      {{"environment", environment_.name()}, {"reason", error.what()}});
            return false;
        }
    }

    /// The objects of the tombstones that the token holds; nothing when one lookup failed.
    std::optional<std::vector<Found>> look_up(const std::stop_token& stop) {
        std::vector<Found> found;
        for (const Tombstone& tombstone : claimed_) {
            const ObjectId& id = tombstone.object_id;
            if (!left_.contains(id)) continue;
            if (stop.stop_requested()) return std::nullopt;
            renew();
            try {
                found.push_back({tombstone, environment_.call<std::size_t>(
                                                [id](Token& token) { return token.count(id); })});
            } catch (const TokenError& error) {
                report_.failed_lookups.push_back(environment_.name() + ": " + error.what());
                log::warn(
                    "recovery.lookup_failed",
                    {{"environment", environment_.name()}, {"object", id.hex()}, {"reason", error.what()}});
                return std::nullopt;
            }
        }
        return found;
    }

    /// Returns whether its tombstone ended.
    bool destroy(const Found& found) {
        const Tombstone& tombstone = found.tombstone;
        ServiceContext& service_context = recovery_.service_context_;
        if (found.objects == 0 && service_context.clock() < tombstone.keep_until) return false;
        const TombstoneResult result =
            service::destroy_tombstoned(service_context, {tombstone},
                                        recovery_.audit("recovery.destroy", tombstone.environment, {}))
                .front();
        report_.destroyed_objects += result.objects;
        if (result.ended) ++report_.removed_tombstones;
        return result.ended;
    }

    /// The leases last longer than one call, but not as long as a pass.
    void renew() {
        ServiceContext& service_context = recovery_.service_context_;
        const Instant now = service_context.clock();
        if (now - renewed_at_ < service_context.environments.lease() / 4) return;
        service_context.catalogue.leases.renew_leases(left_, service_context.owner,
                                                      service_context.lease_end());
        renewed_at_ = now;
    }

    Recovery& recovery_;
    Environment& environment_;
    const std::vector<Tombstone>& claimed_;
    RecoveryReport& report_;
    std::set<ObjectId> left_;  ///< objects whose leases this pass holds
    Instant renewed_at_;
};

Recovery::Recovery(ServiceContext service_context, std::function<bool(const std::string&)> is_dead)
    : service_context_(std::move(service_context)), is_dead_(std::move(is_dead)) {}

RecoveryReport Recovery::resolve(const Progress& progress, const std::stop_token& stop) {
    RecoveryReport report;
    while (!stop.stop_requested()) {
        const std::size_t resolved = resolve_intents();
        if (resolved == 0) break;
        report.resolved_intents += resolved;
    }
    const auto waiting = waiting_tombstones();
    std::size_t total = 0;
    for (const auto& [environment, tombstones] : waiting)
        total += tombstones;
    std::size_t done = 0;
    for (const auto& [environment, tombstones] : waiting) {
        RecoveryReport part = destroy_tombstoned(environment, stop, [&] {
            if (progress) progress(++done, std::max(done, total));
        });
        report.destroyed_objects += part.destroyed_objects;
        report.removed_tombstones += part.removed_tombstones;
        report.failed_lookups.insert(report.failed_lookups.end(), part.failed_lookups.begin(),
                                     part.failed_lookups.end());
        report.out_of_reach.merge(part.out_of_reach);
    }
    for (const auto& [environment, tombstones] : waiting_tombstones())
        report.left_tombstones += tombstones;
    return report;
}

std::size_t Recovery::resolve_intents() {
    Catalogue& catalogue = service_context_.catalogue;
    for (const std::string& owner : catalogue.leases.lease_owners())
        if (is_dead_(owner)) catalogue.leases.expire_leases(owner);
    const std::size_t resolved = catalogue.changes.resolve_expired_intents(
        service_context_.clock(), service_context_.owner, service_context_.lease_end(),
        audit("recovery.settle", {}, "interrupted changes taken back"));
    if (resolved > 0) log::info("recovery.settled", {{"intents", resolved}});
    return resolved;
}

std::map<std::string, std::size_t> Recovery::waiting_tombstones() {
    return service_context_.catalogue.changes.waiting_tombstones(service_context_.clock(),
                                                                 service_context_.owner);
}

RecoveryReport Recovery::destroy_tombstoned(const std::string& environment, const std::stop_token& stop,
                                            const std::function<void()>& done) {
    RecoveryReport report;
    Environment* configured = service_context_.environments.find(environment);
    if (configured == nullptr) report.out_of_reach[environment] = "The environment is not configured";
    if (configured == nullptr) return report;
    TombstoneClaim claim;
    claim.environment = environment;
    claim.owner = service_context_.owner;
    bool goes_on = true;
    while (goes_on && !stop.stop_requested()) {
        claim.now = service_context_.clock();
        claim.lease_until = service_context_.lease_end();
        const auto claimed = service_context_.catalogue.changes.claim_tombstones(claim);
        if (claimed.empty()) break;
        claim.after = claimed.back().object_id;
        goes_on = Pass(*this, *configured, claimed, report).run(stop, done);
    }
    if (report.removed_tombstones > 0)
        log::info("recovery.destroyed", {{"environment", environment},
                                         {"objects", report.destroyed_objects},
                                         {"tombstones", report.removed_tombstones}});
    return report;
}

void Recovery::renew_leases() {
    const auto ids = service_context_.in_flight.all();
    if (!ids.empty())
        service_context_.catalogue.leases.renew_leases(ids, service_context_.owner,
                                                       service_context_.lease_end());
}

AuditRecord Recovery::audit(const std::string& action, const std::string& environment,
                            const std::string& result) const {
    AuditRecord record{
        .at = service_context_.clock(), .actor = "keyward", .action = action, .result = result};
    if (!environment.empty()) record.environments.push_back(environment);
    return record;
}

void RecoveryRunner::run() {
    while (!stop_.stop_requested() && recovery_.resolve_intents() > 0) {
    }
    if (stop_.stop_requested()) return;
    for (const auto& [environment, tombstones] : recovery_.waiting_tombstones()) {
        std::future<void>& part = parts_[environment];
        if (part.valid() && part.wait_for(std::chrono::seconds(0)) != std::future_status::ready) continue;
        part = std::async(std::launch::async, [this, name = environment] { destroy_tombstoned(name); });
    }
}

void RecoveryRunner::destroy_tombstoned(const std::string& environment) noexcept {
    contain("recovery", [&] {
        try {
            recovery_.destroy_tombstoned(environment, stop_.get_token());
        } catch (const std::exception& error) {
            log::error("recovery.failed", {{"environment", environment}, {"reason", error.what()}});
        }
    });
}

}  // namespace keyward::service
