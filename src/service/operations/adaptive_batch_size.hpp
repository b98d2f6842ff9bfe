#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "base/backoff.hpp"

namespace keyward::service {

/// Decides how many operations of a batch go to a token in one call, and when a batch has taken too long. A
/// call has a fixed deadline, and one that misses it counts against its environment: so the first operation
/// goes alone, and then as many together as fit into a tenth of the deadline, but not so many that the batch
/// blocks other callers. Not thread-safe.
class AdaptiveBatchSize {
  public:
    static constexpr std::size_t most = 32;

    AdaptiveBatchSize(SteadyClock clock, std::chrono::milliseconds deadline)
        : clock_(std::move(clock)), deadline_(deadline), begun_(clock_()), last_(begun_) {}

    /// The number of operations for the next call.
    [[nodiscard]] std::size_t next() const { return next_; }

    /// Reports that `count` operations were done since the previous report.
    void done(std::size_t count) {
        const auto now = clock_();
        const auto each = (now - std::exchange(last_, now)) / static_cast<long>(count);
        const auto fitting = each.count() == 0 ? static_cast<long>(most) : deadline_ / 10 / each;
        next_ = static_cast<std::size_t>(std::clamp<long>(fitting, 1, static_cast<long>(most)));
    }

    /// The time limit of a batch: twice the deadline of a call.
    [[nodiscard]] std::chrono::milliseconds limit() const { return 2 * deadline_; }
    [[nodiscard]] bool is_over() const { return clock_() - begun_ > limit(); }

  private:
    SteadyClock clock_;
    std::chrono::milliseconds deadline_;
    BackoffTracker::Time begun_;
    BackoffTracker::Time last_;
    std::size_t next_ = 1;
};

}  // namespace keyward::service
