#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "domain/catalogue_records.hpp"
#include "domain/errors.hpp"

namespace keyward::service {

/// One after the other within this process: of the requests with one Idempotency-Key only one is at work, so
/// that what the catalogue holds under this process's name is always that one's. Any thread may call.
class IdempotencyTurns {
  public:
    using Until = std::chrono::steady_clock::time_point;

    explicit IdempotencyTurns(std::size_t most_waiting) : most_waiting_(most_waiting) {}

    /// While it lives the name is its holder's.
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

    /// Waits for the one that has it. Throws ServiceError: `conflict` when that one is of another
    /// fingerprint, `overloaded` when the time has passed, too many wait, or the service ends.
    Turn take(const IdempotencyName& name, const std::string& fingerprint, Until until);
    /// Nothing when somebody has it.
    std::optional<Turn> try_take(const IdempotencyName& name, const std::string& fingerprint);
    /// Lets some time pass for one who has a turn and waits for another process. Throws like `take`.
    void pause(std::chrono::milliseconds time);
    /// From now on nobody waits.
    void end_waiting();

  private:
    class Waiting;
    void give_back(const IdempotencyName& name);

    const std::size_t most_waiting_;  ///< each holds one of the threads that serve requests
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<IdempotencyName, std::string> taken_;  ///< and the fingerprint of the one that has it
    std::size_t waiting_ = 0;
    bool ending_ = false;
};

/// The errors of one who has waited long enough, and of one whose Idempotency-Key belongs to another request.
ServiceError still_running();
ServiceError another_request();

}  // namespace keyward::service
