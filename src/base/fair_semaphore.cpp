#include "base/fair_semaphore.hpp"

namespace keyward {

FairSemaphore::Permit FairSemaphore::enter(const std::string& party) {
    std::unique_lock lock(mutex_);
    if (inside_ < limits_.inside) {  // then the queue is empty
        ++inside_;
        return Permit(this);
    }
    FairQueue::Waiting self;
    if (!queue_.join(party, self, limits_.waiting)) return nullptr;
    self.woken.wait(lock, [&self] { return self.state != FairQueue::State::waits; });
    return self.state == FairQueue::State::called ? Permit(this) : nullptr;
}

/// The place goes directly to the next in the queue, so that a newcomer cannot take it in between.
void FairSemaphore::leave() noexcept {
    const std::lock_guard lock(mutex_);
    if (!queue_.call_next()) --inside_;
}

}  // namespace keyward
