#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace keyward::service {

/// Lets so many in at once. Those who wait are let in by turns of the parties that they belong to, and within
/// a party in the order in which they came: a party with a hundred waiting delays the first of another by one
/// turn. Must outlive its permits; any thread may call.
class FairSemaphore {
  public:
    struct Limits {
        std::size_t inside;          ///< at least one
        std::size_t waiting;         ///< of all parties together
        std::size_t waiting_of_one;  ///< party
    };
    using Time = std::chrono::steady_clock::time_point;

    explicit FairSemaphore(Limits limits) : limits_(limits) {}
    FairSemaphore(const FairSemaphore&) = delete;
    FairSemaphore& operator=(const FairSemaphore&) = delete;

    struct Leave {
        void operator()(FairSemaphore* semaphore) const { semaphore->leave(); }
    };
    /// Whoever holds it is inside.
    using Permit = std::unique_ptr<FairSemaphore, Leave>;

    /// Null when too many wait already, or it is not let in by then.
    [[nodiscard]] Permit enter(const std::string& party, Time until = Time::max());

    /// How many wait now.
    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return waiting_;
    }

  private:
    struct Waiting {
        std::condition_variable woken;
        bool let_in = false;
    };

    bool wait(std::unique_lock<std::mutex>& lock, const std::string& party, Time until);
    void stop_waiting(const std::string& party, const Waiting& waiting);
    void leave();

    const Limits limits_;
    mutable std::mutex mutex_;
    std::map<std::string, std::deque<Waiting*>> parties_;  ///< those of whom anyone waits
    std::deque<std::string> turns_;                        ///< the same, in the order of their turns
    std::size_t inside_ = 0;
    std::size_t waiting_ = 0;
};

}  // namespace keyward::service
