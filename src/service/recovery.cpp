#include "service/recovery.hpp"

#include <set>

#include "core/log.hpp"

namespace keyward::service {

Recovery::Recovery(Workplace workplace, std::function<bool(const std::string&)> is_dead)
    : workplace_(std::move(workplace)), is_dead_(std::move(is_dead)) {}

RecoveryReport Recovery::settle() {
    Catalogue& catalogue = workplace_.catalogue;
    for (const std::string& owner : catalogue.lease_owners())
        if (is_dead_(owner)) catalogue.expire_leases(owner);

    const Instant now = workplace_.clock();
    const Instant lease_end = now + workplace_.environments.lease();
    RecoveryReport report;
    report.settled_intents = catalogue.settle_expired_intents(
        now, workplace_.owner, lease_end, audit("recovery.settle", {}, "interrupted changes taken back"));
    bury(catalogue.claim_tombstones(now, workplace_.owner, lease_end), report);
    if (report.settled_intents + report.removed_tombstones > 0)
        log::info("recovery.settled", {{"intents", report.settled_intents},
                                       {"objects", report.destroyed_objects},
                                       {"tombstones", report.removed_tombstones},
                                       {"left", report.left_tombstones}});
    return report;
}

void Recovery::bury(const std::vector<Tombstone>& tombstones, RecoveryReport& report) {
    std::set<std::string> out_of_reach;
    std::set<ObjectId> left;
    for (const Tombstone& tombstone : tombstones) {
        Environment* environment = workplace_.environments.find(tombstone.environment);
        if (environment == nullptr || out_of_reach.contains(tombstone.environment) ||
            workplace_.in_flight.contains(tombstone.object_id)) {
            ++report.left_tombstones;
            if (!workplace_.in_flight.contains(tombstone.object_id)) left.insert(tombstone.object_id);
            continue;
        }
        try {
            report.destroyed_objects += environment->call<std::size_t>(
                [id = tombstone.object_id](Token& token) { return token.destroy(id); });
            workplace_.catalogue.remove_tombstone(tombstone.object_id,
                                                  audit("recovery.destroy", tombstone.environment,
                                                        "object " + tombstone.object_id.hex() + " is gone"));
            ++report.removed_tombstones;
        } catch (const TokenError& error) {
            // One object that can't be destroyed must not stand before the others.
            if (error.fault() != TokenFault::refused) out_of_reach.insert(tombstone.environment);
            ++report.left_tombstones;
            left.insert(tombstone.object_id);
            log::warn("recovery.token_out_of_reach",
                      {{"environment", tombstone.environment}, {"reason", error.what()}});
        }
    }
    // Another replica may reach the token that this one can't.
    if (!left.empty()) workplace_.catalogue.renew_leases(left, workplace_.owner, workplace_.clock());
}

void Recovery::renew_leases() {
    const auto ids = workplace_.in_flight.all();
    if (!ids.empty())
        workplace_.catalogue.renew_leases(ids, workplace_.owner,
                                          workplace_.clock() + workplace_.environments.lease());
}

AuditRecord Recovery::audit(const std::string& action, const std::string& environment,
                            const std::string& result) const {
    AuditRecord record{workplace_.clock(), "keyward", {}, action, {}, {}, {}, result};
    if (!environment.empty()) record.environments.push_back(environment);
    return record;
}

}  // namespace keyward::service
