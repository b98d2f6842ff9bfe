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
    moved_on_.wait_for(lock, patience, [&] { return next_ < steps_.size() && steps_[next_] == name; });
    die_if(true);
}

void FaultSchedule::leave(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    if (!begun_) return;
    std::cout << "step " << name << std::endl;
    die_if(false);
    ++next_;
    moved_on_.notify_all();
}

void FaultSchedule::die_if(bool before) const {
    if (!fault_ || fault_->step != next_ || fault_->before != before) return;
    ::kill(::getpid(), SIGKILL);
    ::pause();
}

void ScriptedCatalogue::remember(const std::vector<Tombstone>& tombstones) {
    for (const Tombstone& tombstone : tombstones)
        environments_[tombstone.object_id] = tombstone.environment;
}

bool ScriptedCatalogue::begin_create(const Key& key, const std::vector<Intent>& intents,
                                     const AuditRecord& audit) {
    return script_.step("begin_create", [&] { return next_.keys.begin_create(key, intents, audit); });
}

bool ScriptedCatalogue::commit_create(const Key& key, const ChangeResolution& resolution,
                                      const AuditRecord& audit) {
    return script_.step("commit_create", [&] { return next_.keys.commit_create(key, resolution, audit); });
}

Begin ScriptedCatalogue::begin_update(const std::string& key_id, std::int64_t revision,
                                      const std::vector<Intent>& intents, const AuditRecord& audit) {
    return script_.step("begin_update",
                        [&] { return next_.keys.begin_update(key_id, revision, intents, audit); });
}

std::optional<std::vector<Tombstone>> ScriptedCatalogue::commit_update(const Key& key,
                                                                       const std::set<std::string>& changed,
                                                                       const ChangeResolution& resolution,
                                                                       const AuditRecord& audit) {
    auto retired = script_.step("commit_update",
                                [&] { return next_.keys.commit_update(key, changed, resolution, audit); });
    if (retired) remember(*retired);
    return retired;
}

bool ScriptedCatalogue::abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                                       const AuditRecord& audit) {
    return script_.step("abandon_change",
                        [&] { return next_.keys.abandon_change(key_id, resolution, audit); });
}

KeyDeletion ScriptedCatalogue::begin_deletion(const std::string& key_id, std::int64_t revision,
                                              const std::optional<std::string>& environment,
                                              const std::string& owner, Instant lease_until,
                                              const AuditRecord& audit) {
    KeyDeletion removal = script_.step("begin_removal", [&] {
        return next_.keys.begin_deletion(key_id, revision, environment, owner, lease_until, audit);
    });
    remember(removal.tombstones);
    return removal;
}

void ScriptedCatalogue::remove_tombstone(const ObjectId& id, const AuditRecord& audit) {
    script_.step("remove_tombstone " + environments_[id], [&] { next_.changes.remove_tombstone(id, audit); });
}

void ScriptedCatalogue::keep_answer(const StoredResponse& answer) {
    script_.step("keep_answer", [&] { next_.idempotency.keep_answer(answer); });
}

void ScriptedCatalogue::renew_leases(const std::set<ObjectId>& ids, const std::string& owner,
                                     Instant lease_until) {
    script_.step("renew_leases", [&] { next_.leases.renew_leases(ids, owner, lease_until); });
}

}  // namespace keyward::e2e
