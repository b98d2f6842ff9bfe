#pragma once

#include <chrono>
#include <mutex>

#include "base/mutex.hpp"

namespace keyward {

/// Replacement for std::timed_mutex, for use with std::unique_lock. ThreadSanitizer of GCC 12 does not
/// intercept the call that std::timed_mutex waits with (pthread_mutex_clocklock), and would miss races around
/// it. Guards no members: the analysis does not follow std::unique_lock. Thread-safe.
class TimedMutex {
  public:
    void lock() {
        const Lock lock(mutex_);
        unlocked_.wait(mutex_, [this]() KEYWARD_REQUIRES(mutex_) { return !locked_; });
        locked_ = true;
    }
    bool try_lock() { return try_lock_for(std::chrono::nanoseconds(0)); }
    template <typename Duration>
    bool try_lock_for(const Duration& limit) {
        const Lock lock(mutex_);
        if (!unlocked_.wait_for(mutex_, limit, [this]() KEYWARD_REQUIRES(mutex_) { return !locked_; }))
            return false;
        return locked_ = true;
    }
    void unlock() {
        {
            const Lock lock(mutex_);
            locked_ = false;
        }
        unlocked_.notify_one();
    }

  private:
    Mutex mutex_;
    ConditionVariable unlocked_;
    bool locked_ KEYWARD_GUARDED_BY(mutex_) = false;
};

}  // namespace keyward
