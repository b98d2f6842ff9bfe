#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "base/fair_queue.hpp"

namespace keyward {

/// Lets so many in at once; the others wait in a FairQueue. Must outlive its permits; any thread may call.
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
    /// Whoever holds it is inside.
    using Permit = std::unique_ptr<FairSemaphore, Leave>;

    /// Null when too many wait.
    [[nodiscard]] Permit enter(const std::string& party);

    /// How many wait now.
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
