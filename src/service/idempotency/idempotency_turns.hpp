#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/mutex.hpp"
#include "domain/catalogue_records.hpp"
#include "domain/errors.hpp"

namespace keyward::service {

/// Serializes requests with the same Idempotency-Key within this process: only one runs at a time, so a
/// record of this process in the catalogue always belongs to that one. Thread-safe.
class IdempotencyTurns {
  public:
    using Until = std::chrono::steady_clock::time_point;

    explicit IdempotencyTurns(std::size_t most_waiting) : most_waiting_(most_waiting) {}

    /// Holds the name for its lifetime.
    class Turn {
      public:
        Turn(IdempotencyTurns& turns, IdempotencyName name) : turns_(&turns), name_(std::move(name)) {}
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        Turn(Turn&& other) noexcept
            : turns_(std::exchange(other.turns_, nullptr)), name_(std::move(other.name_)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (turns_ != nullptr) turns_->give_back(name_);
        }

      private:
        IdempotencyTurns* turns_;
        IdempotencyName name_;
    };

    /// Waits for the present holder. Throws ServiceError: `conflict` when the holder's fingerprint differs,
    /// `overloaded` when the time has passed, too many wait, or the service stops.
    Turn take(const IdempotencyName& name, const std::string& fingerprint, Until until);
    /// Returns nothing when the name is taken.
    std::optional<Turn> try_take(const IdempotencyName& name, const std::string& fingerprint);
    /// Pauses a holder of a turn that waits for another process. Throws like `take`.
    void pause(std::chrono::milliseconds time);
    /// No caller waits from now on.
    void end_waiting();

  private:
    class Waiting;
    void give_back(const IdempotencyName& name);

    const std::size_t most_waiting_;  ///< each waiting request holds one of the threads that serve requests
    Mutex mutex_;
    ConditionVariable changed_;
    /// With the fingerprint of the holder.
    std::map<IdempotencyName, std::string> taken_ KEYWARD_GUARDED_BY(mutex_);
    std::size_t waiting_ KEYWARD_GUARDED_BY(mutex_) = 0;
    bool ending_ KEYWARD_GUARDED_BY(mutex_) = false;
};

/// The errors for a request that has waited long enough, and for one whose Idempotency-Key belongs to another
/// request.
ServiceError still_running();
ServiceError another_request();

}  // namespace keyward::service
