#include "service/recovery.hpp"

#include <algorithm>
#include <set>

#include "core/log.hpp"

namespace keyward::service {

Recovery::Recovery(Workplace workplace, std::function<bool(const std::string&)> is_dead)
    : workplace_(std::move(workplace)), is_dead_(std::move(is_dead)) {}

RecoveryReport Recovery::settle(const Progress& progress) {
    Catalogue& catalogue = workplace_.catalogue;
    for (const std::string& owner : catalogue.lease_owners())
        if (is_dead_(owner)) catalogue.expire_leases(owner);

    const Instant now = workplace_.clock();
    const Instant lease_end = workplace_.lease_end();
    RecoveryReport report;
    report.settled_intents = catalogue.settle_expired_intents(
        now, workplace_.owner, lease_end, audit("recovery.settle", {}, "interrupted changes taken back"));
    const auto claimed = catalogue.claim_tombstones(now, workplace_.owner, lease_end);
    const auto found = look_up(claimed, report);

    std::set<ObjectId> left;
    for (const Tombstone& tombstone : claimed)
        if (!workplace_.in_flight.contains(tombstone.object_id)) left.insert(tombstone.object_id);
    std::size_t done = 0;
    if (report.failed_lookups.empty())
        for (const Found& each : found) {
            if (bury(each, report)) left.erase(each.tombstone.object_id);
            if (progress) progress(++done, found.size());
        }
    // Another replica may reach the token that this one can't.
    if (!left.empty()) catalogue.renew_leases(left, workplace_.owner, now);
    report.left_tombstones = claimed.size() - report.removed_tombstones;
    if (report.settled_intents + report.removed_tombstones > 0)
        log::info("recovery.settled", {{"intents", report.settled_intents},
                                       {"objects", report.destroyed_objects},
                                       {"tombstones", report.removed_tombstones},
                                       {"left", report.left_tombstones}});
    return report;
}

/// What the tokens hold of what is to go, where they answer.
std::vector<Recovery::Found> Recovery::look_up(const std::vector<Tombstone>& tombstones,
                                               RecoveryReport& report) const {
    std::vector<Found> found;
    std::set<std::string> alive;
    for (const Tombstone& tombstone : tombstones) {
        const std::string& name = tombstone.environment;
        if (workplace_.in_flight.contains(tombstone.object_id) || report.out_of_reach.contains(name))
            continue;
        Environment* environment = workplace_.environments.find(name);
        if (environment == nullptr) {
            report.out_of_reach[name] = "The environment is not configured";
            continue;
        }
        if (!alive.contains(name) && !answers(*environment, report)) continue;
        alive.insert(name);
        try {
            found.push_back(
                {tombstone, environment->call<std::size_t>(
                                [id = tombstone.object_id](Token& token) { return token.count(id); })});
        } catch (const TokenError& error) {
            report.failed_lookups.push_back(name + ": " + error.what());
            log::warn(
                "recovery.lookup_failed",
                {{"environment", name}, {"object", tombstone.object_id.hex()}, {"reason", error.what()}});
            return found;
        }
    }
    return found;
}

bool Recovery::answers(Environment& environment, RecoveryReport& report) {
    try {
        environment.call<bool>([](Token& token) {
            token.ping();
            return true;
        });
        return true;
    } catch (const TokenError& error) {
        report.out_of_reach[environment.name()] = error.what();
        log::warn("recovery.token_out_of_reach",
                  {{"environment", environment.name()}, {"reason", error.what()}});
        return false;
    }
}

/// Whether the object is gone for certain.
bool Recovery::bury(const Found& found, RecoveryReport& report) {
    const Tombstone& tombstone = found.tombstone;
    if (found.objects == 0 && workplace_.clock() < tombstone.keep_until) return false;
    try {
        if (found.objects > 0)
            report.destroyed_objects += workplace_.environments.find(tombstone.environment)
                                            ->call<std::size_t>([id = tombstone.object_id](Token& token) {
                                                return token.destroy(id);
                                            });
    } catch (const TokenError& error) {
        log::warn("recovery.object_not_destroyed", {{"environment", tombstone.environment},
                                                    {"object", tombstone.object_id.hex()},
                                                    {"reason", error.what()}});
        return false;
    }
    workplace_.catalogue.remove_tombstone(
        tombstone.object_id,
        audit("recovery.destroy", tombstone.environment, "object " + tombstone.object_id.hex() + " is gone"));
    ++report.removed_tombstones;
    return true;
}

void Recovery::renew_leases() {
    const auto ids = workplace_.in_flight.all();
    if (!ids.empty()) workplace_.catalogue.renew_leases(ids, workplace_.owner, workplace_.lease_end());
}

AuditRecord Recovery::audit(const std::string& action, const std::string& environment,
                            const std::string& result) const {
    AuditRecord record{workplace_.clock(), "keyward", {}, action, {}, {}, {}, result};
    if (!environment.empty()) record.environments.push_back(environment);
    return record;
}

}  // namespace keyward::service
