#pragma once

#include <future>
#include <map>
#include <stop_token>
#include <string>

#include "service/recovery/recovery.hpp"

namespace keyward::service {

/// Runs recovery while a service handles requests: each environment's part on a thread of its own, which
/// exists while tombstones wait there, so that a slow token delays no other.
class RecoveryRunner {
  public:
    /// `recovery` must outlive it.
    explicit RecoveryRunner(Recovery& recovery) : recovery_(recovery) {}
    RecoveryRunner(const RecoveryRunner&) = delete;
    RecoveryRunner& operator=(const RecoveryRunner&) = delete;
    RecoveryRunner(RecoveryRunner&&) = delete;
    RecoveryRunner& operator=(RecoveryRunner&&) = delete;
    /// Requests all parts to stop and waits for the running calls to tokens, each up to its deadline.
    ~RecoveryRunner() { request_stop(); }

    /// Resolves intents and starts an environment's part where tombstones wait and the part before has ended.
    /// Does not wait for a token. Call it every few seconds, from one thread. Throws CatalogueError.
    void run();

    /// Starts nothing from now on. Thread-safe; returns at once.
    void request_stop() { stop_.request_stop(); }

  private:
    void destroy_tombstoned(const std::string& environment) noexcept;

    Recovery& recovery_;
    std::stop_source stop_;
    std::map<std::string, std::future<void>>
        parts_;  // the last member, since they use the others until they end
};

}  // namespace keyward::service
