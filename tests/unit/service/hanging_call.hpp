#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "service/runtime/environment.hpp"

namespace keyward::service {

/// A function that blocks its callers until it is released.
class HangingCall {
  public:
    void operator()() {
        std::unique_lock lock(mutex_);
        hangs_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return released_; });
    }
    void await() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return hangs_; });
    }
    void release() {
        const std::lock_guard lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool hangs_ = false;
    bool released_ = false;
};

/// Occupies both workers of an environment until `hanging` is released.
inline std::array<std::shared_ptr<Call<bool>>, 2> block_both_workers(Environment& environment,
                                                                     HangingCall& hanging) {
    const auto hang = [&] { return environment.begin<bool>([&](Token&) { return hanging(), true; }); };
    return {hang(), hang()};
}

}  // namespace keyward::service
