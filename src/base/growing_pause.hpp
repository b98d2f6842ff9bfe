#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.hpp"

namespace keyward {

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
    mutable std::mutex mutex_;
    Instant begun_{};
    std::chrono::minutes length_{0};
};

/// One pause for each environment. Thread-safe.
class GrowingPauses {
  public:
    /// The reference stays valid as long as this object.
    GrowingPause& of(const std::string& environment);

  private:
    std::mutex mutex_;
    std::map<std::string, GrowingPause> pauses_;
};

}  // namespace keyward
