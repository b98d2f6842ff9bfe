#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

namespace keyward::service {

/// Lets so many in at once; so many more wait for their turn, in the order in which they came, and the rest
/// are turned away. For work that costs much memory. Must outlive its passes; any thread may call.
class Turnstile {
  public:
    Turnstile(std::uint64_t inside, std::uint64_t waiting) : inside_(inside), waiting_(waiting) {}

    struct Leave {
        void operator()(Turnstile* turnstile) const { turnstile->leave(); }
    };
    /// Whoever holds it is inside.
    using Pass = std::unique_ptr<Turnstile, Leave>;

    /// Null when too many wait already.
    [[nodiscard]] Pass enter() {
        std::unique_lock lock(mutex_);
        if (came_ - left_ >= inside_ + waiting_) return nullptr;
        const std::uint64_t place = came_++;
        someone_left_.wait(lock, [&] { return place < left_ + inside_; });
        return Pass(this);
    }

  private:
    void leave() {
        {
            const std::lock_guard lock(mutex_);
            ++left_;
        }
        someone_left_.notify_all();
    }

    const std::uint64_t inside_;
    const std::uint64_t waiting_;
    std::mutex mutex_;
    std::condition_variable someone_left_;
    std::uint64_t came_ = 0;
    std::uint64_t left_ = 0;
};

}  // namespace keyward::service
