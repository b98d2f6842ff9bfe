#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/mutex.hpp"

namespace keyward {

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

/// When a party has to wait after failures.
struct FailureRule {
    int free;                          ///< failures without a wait
    std::chrono::seconds longest{60};  ///< upper bound of the wait
};

/// Counts consecutive failures of each of many parties. The first failure after the free ones makes its party
/// wait for a second; each further one doubles the wait, up to the longest. A party that has not failed for
/// 15 minutes is forgotten: that allows it fewer attempts than the longest wait does. Holds at most `most`
/// parties. To make room it evicts the party whose last failure is oldest, and parties that do not wait
/// before parties that do. Not thread-safe.
class BackoffTracker {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds first_wait{1};
    static constexpr std::chrono::minutes forgotten_after{15};

    BackoffTracker(FailureRule rule, std::size_t most) : rule_(rule), most_(most) {}

    /// The end of the party's wait; a time in the past if it need not wait.
    [[nodiscard]] Time waits_until(const std::string& party) const;
    /// The number of further failures without a wait.
    [[nodiscard]] int free_left(const std::string& party, Time now) const;
    void failed(const std::string& party, Time now);
    void succeeded(const std::string& party) { counts_.erase(party); }
    [[nodiscard]] std::size_t size() const { return counts_.size(); }

  private:
    struct Count {
        int failures = 0;
        Time last{};
        Time waits_until{};
    };
    void make_room(Time now);

    FailureRule rule_;
    std::size_t most_;
    std::map<std::string, Count> counts_;
};

/// Limits how often costly work is repeated: at once the first time, then after a minute, then after twice
/// the last pause, up to an hour. Thread-safe.
class GrowingPause {
  public:
    /// True also when the clock was set back to before the start of the pause.
    [[nodiscard]] bool is_over(Instant now) const;
    /// Call this after the work was done: starts the next pause.
    void begin(Instant now);
    /// Call this after the work succeeded: the next pause is as short as the first.
    void reset();

  private:
    mutable Mutex mutex_;
    Instant begun_ KEYWARD_GUARDED_BY(mutex_){};
    std::chrono::minutes length_ KEYWARD_GUARDED_BY(mutex_){0};
};

/// One pause for each environment. Thread-safe.
class GrowingPauses {
  public:
    /// The reference stays valid as long as this object.
    GrowingPause& of(const std::string& environment);

  private:
    Mutex mutex_;
    std::map<std::string, GrowingPause> pauses_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward
