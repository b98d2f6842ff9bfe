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
#include "tests/fakes/forwarding_catalogue.hpp"

namespace keyward::e2e {

/// Where this process is to be killed: before or after a step of its script.
struct Fault {
    std::size_t step;
    bool before;
};

/// The steps of one change in the order in which they are to come. Those that run side by side wait for their
/// turn, so that a fault always finds the same done and undone. Each step is written to standard output when
/// it has ended; what is not in the script comes to pass all the same, after a wait. Any thread may call.
class FaultSchedule {
  public:
    FaultSchedule(std::vector<std::string> steps, std::optional<Fault> fault)
        : steps_(std::move(steps)), fault_(fault) {}

    /// Before that, steps are neither ordered nor written nor faulty.
    void begin();

    template <typename Work>
    auto step(const std::string& name, const Work& work) {
        const Turn turn(*this, name);
        return work();
    }

  private:
    class Turn {
      public:
        Turn(FaultSchedule& script, const std::string& name) : script_(script), name_(name) {
            script_.enter(name_);
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn() { script_.leave(name_); }

      private:
        FaultSchedule& script_;
        const std::string& name_;
    };

    void enter(const std::string& name);
    void leave(const std::string& name);
    void die_if(bool before) const;

    static constexpr std::chrono::seconds patience{1};

    const std::vector<std::string> steps_;
    const std::optional<Fault> fault_;
    std::mutex mutex_;
    std::condition_variable moved_on_;
    std::size_t next_ = 0;
    bool begun_ = false;
};

/// Every call with which a change writes to the catalogue is a step, under its name there; `remove_tombstone`
/// with the environment.
class ScriptedCatalogue final : public ForwardingCatalogue {
  public:
    ScriptedCatalogue(Catalogue& next, FaultSchedule& script) : ForwardingCatalogue(next), script_(script) {}

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

    FaultSchedule& script_;
    std::map<ObjectId, std::string> environments_;
};

/// `import` and `destroy` are steps, with the environment.
class ScriptedToken final : public Token {
  public:
    ScriptedToken(std::shared_ptr<Token> next, std::string environment, FaultSchedule& script)
        : next_(std::move(next)), environment_(std::move(environment)), script_(script) {}

    ImportResult import(const ImportRequest& order) override {
        return script_.step("import " + environment_, [&] { return next_->import(order); });
    }
    std::size_t destroy(const ObjectId& id) override {
        return script_.step("destroy " + environment_, [&] { return next_->destroy(id); });
    }
    std::size_t count(const ObjectId& id) override { return next_->count(id); }
    void scan(const std::function<void(const TokenObject&, std::size_t, std::size_t)>& each) override {
        next_->scan(each);
    }
    std::size_t destroy_incomplete(std::chrono::milliseconds pause) override {
        return script_.step("destroy_incomplete " + environment_,
                            [&] { return next_->destroy_incomplete(pause); });
    }
    std::vector<CryptoResult> operate(const ObjectId& id, CryptoOperation action,
                                      std::span<const CryptoRequest> operations) override {
        return next_->operate(id, action, operations);
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
    FaultSchedule& script_;
};

}  // namespace keyward::e2e
