#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "base/fair_queue.hpp"

namespace keyward {

/// Semaphore with a bounded FairQueue of waiting threads. Must outlive its permits. Thread-safe.
class FairSemaphore {
  public:
    struct Limits {
        std::size_t inside;  ///< at least one
        std::size_t waiting;
    };

    explicit FairSemaphore(Limits limits) : limits_(limits) {}
    FairSemaphore(const FairSemaphore&) = delete;
    FairSemaphore& operator=(const FairSemaphore&) = delete;
    ~FairSemaphore() = default;

    struct Leave {
        void operator()(FairSemaphore* semaphore) const noexcept { semaphore->leave(); }
    };
    /// Holds one place; destroying it leaves the semaphore.
    using Permit = std::unique_ptr<FairSemaphore, Leave>;

    /// Blocks until a place is free. Null when too many wait, or when the queue displaces the caller.
    [[nodiscard]] Permit enter(const std::string& party);

    /// The number of waiting threads.
    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return queue_.size();
    }

  private:
    void leave() noexcept;

    const Limits limits_;
    mutable std::mutex mutex_;
    FairQueue queue_;
    std::size_t inside_ = 0;
};

}  // namespace keyward
