#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/token.hpp"
#include "tests/fakes/forwarding_stores.hpp"

namespace keyward::e2e {

/// Where this process is killed: before or after a step of its schedule.
struct Fault {
    std::size_t step;
    bool before;
};

/// The steps of one change in a fixed order. Concurrent steps wait for their turn, so that a fault always
/// interrupts the change in the same state. Each step is written to standard output when it ends. A step that
/// the schedule does not contain runs after a timeout. Thread-safe.
class FaultSchedule {
  public:
    FaultSchedule(std::vector<std::string> steps, std::optional<Fault> fault)
        : steps_(std::move(steps)), fault_(fault) {}

    /// Until this call, steps run at once, are not written, and no fault occurs.
    void begin();

    template <typename Work>
    auto step(const std::string& name, const Work& work) {
        const Turn turn(*this, name);
        return work();
    }

  private:
    class Turn {
      public:
        Turn(FaultSchedule& schedule, const std::string& name) : schedule_(schedule), name_(name) {
            schedule_.enter(name_);
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn() { schedule_.leave(name_); }

      private:
        FaultSchedule& schedule_;
        const std::string& name_;
    };

    void enter(const std::string& name);
    void leave(const std::string& name);
    void kill_if(bool before) const;

    static constexpr std::chrono::seconds turn_timeout{1};

    const std::vector<std::string> steps_;
    const std::optional<Fault> fault_;
    std::mutex mutex_;
    std::condition_variable advanced_;
    std::size_t next_ = 0;
    bool begun_ = false;
};

/// Every call with which a change writes to the catalogue is a step with the name of the method.
/// `remove_tombstone` carries the environment as well.
class ScheduledStores : public ForwardingKeyStore,
                        public ForwardingChangeLog,
                        public ForwardingIdempotencyStore,
                        public ForwardingLeaseStore {
  public:
    ScheduledStores(const Catalogue& real, FaultSchedule& schedule)
        : ForwardingKeyStore(real),
          ForwardingChangeLog(real),
          ForwardingIdempotencyStore(real),
          ForwardingLeaseStore(real),
          schedule_(schedule) {}

    bool begin_create(const Key& key, const std::vector<Intent>& intents, const AuditRecord& audit) override;
    bool commit_create(const Key& key, const ChangeResolution& resolution, const AuditRecord& audit) override;
    Begin begin_update(const std::string& key_id, std::int64_t revision, const std::vector<Intent>& intents,
                       const AuditRecord& audit) override;
    std::optional<std::vector<Tombstone>> commit_update(const Key& key, const std::set<std::string>& changed,
                                                        const ChangeResolution& resolution,
                                                        const AuditRecord& audit) override;
    bool abandon_change(const std::string& key_id, const ChangeResolution& resolution,
                        const AuditRecord& audit) override;
    KeyDeletion begin_deletion(const std::string& key_id, std::int64_t revision,
                               const std::optional<std::string>& environment, const std::string& owner,
                               Instant lease_until, const AuditRecord& audit) override;
    void remove_tombstone(const ObjectId& id, const AuditRecord& audit) override;
    void keep_answer(const StoredResponse& answer) override;
    void renew_leases(const std::set<ObjectId>& ids, const std::string& owner, Instant lease_until) override;

  private:
    void remember(const std::vector<Tombstone>& tombstones);

    FaultSchedule& schedule_;
    std::map<ObjectId, std::string> environments_;
};

/// `import`, `destroy` and `destroy_incomplete` are steps; each carries the environment.
class ScheduledToken final : public Token {
  public:
    ScheduledToken(std::shared_ptr<Token> next, std::string environment, FaultSchedule& schedule)
        : next_(std::move(next)), environment_(std::move(environment)), schedule_(schedule) {}

    ImportResult import(const ImportRequest& request) override {
        return schedule_.step("import " + environment_, [&] { return next_->import(request); });
    }
    std::size_t destroy(const ObjectId& id) override {
        return schedule_.step("destroy " + environment_, [&] { return next_->destroy(id); });
    }
    std::size_t count(const ObjectId& id) override { return next_->count(id); }
    void scan(const std::function<void(const TokenObject&, std::size_t, std::size_t)>& each) override {
        next_->scan(each);
    }
    std::size_t destroy_incomplete(std::chrono::milliseconds pause) override {
        return schedule_.step("destroy_incomplete " + environment_,
                              [&] { return next_->destroy_incomplete(pause); });
    }
    std::vector<CryptoResult> operate(const ObjectId& id, CryptoOperation operation,
                                      std::span<const CryptoRequest> requests) override {
        return next_->operate(id, operation, requests);
    }
    std::set<Digest> oaep_hashes() override { return next_->oaep_hashes(); }
    void ping() override { next_->ping(); }
    std::set<std::string> mechanisms() override { return next_->mechanisms(); }
    TokenIdentity identity() override { return next_->identity(); }
    bool refresh() override { return next_->refresh(); }
    void reload_pin() override { next_->reload_pin(); }

  private:
    std::shared_ptr<Token> next_;
    std::string environment_;
    FaultSchedule& schedule_;
};

}  // namespace keyward::e2e
