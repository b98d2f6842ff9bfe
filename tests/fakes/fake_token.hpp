#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "service/token.hpp"

namespace keyward::fakes {

/// A token in memory that does as the port says, and fails when it is told to. Any thread may call.
/// It keeps no material: only what a token would report of it.
class FakeToken final : public service::Token {
  public:
    explicit FakeToken(service::TokenIdentity identity = {"fake", "0001", "Keyward", "Fake"});

    service::ImportReceipt import(const service::ImportOrder& order) override;
    std::size_t destroy(const ObjectId& id) override;
    std::size_t count(const ObjectId& id) override;
    void ping() override;
    std::set<std::string> mechanisms() override;
    service::TokenIdentity identity() override;
    void reload_pin() override;

    /// The next import fails so, once, and leaves nothing.
    void fail_next_import(service::TokenFault fault, const std::string& text = "The token was told to fail");
    /// The next import reports another check value than the key's, as a token does that holds another key.
    void report_wrong_check_value();
    /// The next import makes the object and then fails, as when the answer is lost on its way.
    void lose_next_answer();
    /// Every call fails with TokenFault::unreachable until it is reachable again.
    void set_reachable(bool reachable);
    /// Imports wait from now on; those that wait already stay until released.
    void block_imports();
    void release_imports();
    /// Waits until so many imports stand at the block.
    void wait_for_blocked(std::size_t imports);
    /// The objects vanish, as if another application had destroyed them.
    void lose(const ObjectId& id);
    void offer(std::set<std::string> mechanisms);

    [[nodiscard]] std::size_t objects() const;
    [[nodiscard]] std::size_t imports() const;  ///< how many were begun
    [[nodiscard]] std::size_t pin_reloads() const;

  private:
    void check_reachable() const;
    std::string check_value_reported(const std::string& right);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    const service::TokenIdentity identity_;
    std::map<ObjectId, std::size_t> objects_;
    std::optional<service::TokenError> next_failure_;
    std::optional<std::set<std::string>> offered_;
    bool wrong_check_value_ = false;
    bool lose_answer_ = false;
    bool reachable_ = true;
    bool blocked_ = false;
    std::size_t waiting_ = 0;
    std::size_t imports_ = 0;
    std::size_t pin_reloads_ = 0;
};

}  // namespace keyward::fakes
