#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.hpp"

namespace keyward {

/// When something that costs others is done again: at once the first time, then after a minute, and after
/// twice as long each further time, up to an hour. Any thread may call.
class GrowingPause {
  public:
    /// Also when the clock was set back to before the pause began.
    [[nodiscard]] bool is_over(Instant now) const;
    /// It was done.
    void begin(Instant now);
    /// It helped: the next time is as the first.
    void reset();

  private:
    mutable std::mutex mutex_;
    Instant begun_{};
    std::chrono::minutes length_{0};
};

/// One for each environment. Any thread may call.
class GrowingPauses {
  public:
    /// It stays where it is.
    GrowingPause& of(const std::string& environment);

  private:
    std::mutex mutex_;
    std::map<std::string, GrowingPause> pauses_;
};

}  // namespace keyward
