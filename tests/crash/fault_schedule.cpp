#include "tests/crash/fault_schedule.hpp"

#include <csignal>
#include <iostream>

#include <unistd.h>

namespace keyward::e2e {

void FaultSchedule::begin() {
    const std::scoped_lock lock(mutex_);
    begun_ = true;
}

void FaultSchedule::enter(const std::string& name) {
    std::unique_lock lock(mutex_);
    if (!begun_) return;
    advanced_.wait_for(lock, turn_timeout, [&] { return next_ < steps_.size() && steps_[next_] == name; });
    kill_if(true);
}

void FaultSchedule::leave(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    if (!begun_) return;
    std::cout << "step " << name << std::endl;
    kill_if(false);
    ++next_;
    advanced_.notify_all();
}

void FaultSchedule::kill_if(bool before) const {
    if (!fault_ || fault_->step != next_ || fault_->before != before) return;
    ::kill(::getpid(), SIGKILL);
    ::pause();
}

void ScheduledStores::remember(const std::vector<Tombstone>& tombstones) {
    for (const Tombstone& tombstone : tombstones)
        environments_[tombstone.object_id] = tombstone.environment;
}

bool ScheduledStores::begin_create(const Key& key, const std::vector<Intent>& intents,
                                   const AuditRecord& audit) {
    return schedule_.step("begin_create",
                          [&] { return ForwardingKeyStore::begin_create(key, intents, audit); });
}

bool ScheduledStores::commit_create(const Key& key, const ChangeResolution& resolution,
                                    const AuditRecord& audit) {
    return schedule_.step("commit_create",
                          [&] { return ForwardingKeyStore::commit_create(key, resolution, audit); });
}

Begin ScheduledStores::begin_update(const std::string& key_id, std::int64_t revision,
                                    const std::vector<Intent>& intents, const AuditRecord& audit) {
    return schedule_.step("begin_update",
                          [&] { return ForwardingKeyStore::begin_update(key_id, revision, intents, audit); });
}

std::optional<std::vector<Tombstone>> ScheduledStores::commit_update(const Key& key,
                                                                     const std::set<std::string>& changed,
                                                                     const ChangeResolution& resolution,
                                                                     const AuditRecord& audit) {
    auto replaced = schedule_.step(
        "commit_update", [&] { return ForwardingKeyStore::commit_update(key, changed, resolution, audit); });
    if (replaced) remember(*replaced);
    return replaced;
}

bool ScheduledStores::abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                                     const AuditRecord& audit) {
    return schedule_.step("abandon_change",
                          [&] { return ForwardingKeyStore::abandon_change(key_id, resolution, audit); });
}

KeyDeletion ScheduledStores::begin_deletion(const std::string& key_id, std::int64_t revision,
                                            const std::optional<std::string>& environment,
                                            const std::string& owner, Instant lease_until,
                                            const AuditRecord& audit) {
    KeyDeletion deletion = schedule_.step("begin_deletion", [&] {
        return ForwardingKeyStore::begin_deletion(key_id, revision, environment, owner, lease_until, audit);
    });
    remember(deletion.tombstones);
    return deletion;
}

void ScheduledStores::remove_tombstone(const ObjectId& id, const AuditRecord& audit) {
    schedule_.step("remove_tombstone " + environments_[id],
                   [&] { ForwardingChangeLog::remove_tombstone(id, audit); });
}

void ScheduledStores::keep_answer(const StoredResponse& answer) {
    schedule_.step("keep_answer", [&] { ForwardingIdempotencyStore::keep_answer(answer); });
}

void ScheduledStores::renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                                   Instant lease_until) {
    schedule_.step("renew_leases", [&] { ForwardingLeaseStore::renew_leases(ids, owner, lease_until); });
}

}  // namespace keyward::e2e
