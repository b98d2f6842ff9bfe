#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace keyward {

/// Replacement for std::timed_mutex, for use with std::unique_lock. ThreadSanitizer of GCC 12 does not
/// intercept the call that std::timed_mutex waits with (pthread_mutex_clocklock), and would miss races around
/// it. Thread-safe.
class TimedMutex {
  public:
    void lock() {
        std::unique_lock lock(mutex_);
        unlocked_.wait(lock, [this] { return !locked_; });
        locked_ = true;
    }
    bool try_lock() { return try_lock_for(std::chrono::nanoseconds(0)); }
    template <typename Duration>
    bool try_lock_for(const Duration& limit) {
        std::unique_lock lock(mutex_);
        if (!unlocked_.wait_for(lock, limit, [this] { return !locked_; })) return false;
        return locked_ = true;
    }
    void unlock() {
        {
            const std::lock_guard lock(mutex_);
            locked_ = false;
        }
        unlocked_.notify_one();
    }

  private:
    std::mutex mutex_;
    std::condition_variable unlocked_;
    bool locked_ = false;
};

}  // namespace keyward
