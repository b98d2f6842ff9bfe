#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// What recovery did.
struct RecoveryReport {
    std::size_t resolved_intents = 0;
    std::size_t destroyed_objects = 0;
    std::size_t removed_tombstones = 0;
    std::size_t left_tombstones = 0;  ///< their token is out of reach, their call is still running, or an HSM
                                      ///< may still finish the call of a process that has died
    std::vector<std::string> failed_lookups;  ///< why nothing was destroyed in a pass, `environment: reason`
    std::map<std::string, std::string> out_of_reach;  ///< environments that were skipped, and why
};

/// Resolves what an interrupted change left behind. It never promotes: an uncommitted change is undone, and
/// only objects whose CKA_ID is in an intent or tombstone are destroyed.
///
/// Each environment is processed separately, in passes of at most `recovery_batch` tombstones. A pass first
/// looks all of them up; when one lookup fails, nothing is destroyed in that environment. Leases keep
/// recovery off running changes, those of its own process and of replicas; the leases of a pass are renewed
/// while it lasts, and what it leaves is free for other replicas.
///
/// Different threads may process different environments, and resolve intents, at the same time. A requested
/// stop takes effect between two calls to a token.
class Recovery {
  public:
    /// `is_dead` says whether the owner of a lease is a process that is known to have ended, so that its
    /// leases need not run out first.
    Recovery(ServiceContext service_context, std::function<bool(const std::string& owner)> is_dead);

    /// Reports the progress of a long run.
    using Progress = std::function<void(std::size_t done, std::size_t total)>;

    /// Resolves everything, one environment after the other. Throws CatalogueError; a token that cannot be
    /// reached is left for the next time.
    RecoveryReport resolve(const Progress& progress = {}, const std::stop_token& stop = {});

    /// The catalogue's part, which touches no token: takes back up to `recovery_batch` interrupted changes,
    /// whose objects become tombstones. Returns the number of intents; 0 when none is left. Throws
    /// CatalogueError.
    std::size_t resolve_intents();

    /// The number of tombstones that wait in each environment. Throws CatalogueError.
    std::map<std::string, std::size_t> waiting_tombstones();

    /// One environment's part: destroys the objects of its tombstones, pass after pass. Calls `done` for each
    /// tombstone. Throws CatalogueError.
    RecoveryReport destroy_tombstoned(const std::string& environment, const std::stop_token& stop = {},
                                      const std::function<void()>& done = {});

    /// Renews the leases of the calls that are running in this process.
    void renew_leases();

  private:
    class Pass;

    [[nodiscard]] AuditRecord audit(const std::string& action, const std::string& environment,
                                    const std::string& result) const;

    ServiceContext service_context_;
    std::function<bool(const std::string&)> is_dead_;
};

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
