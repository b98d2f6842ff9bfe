#include "service/fair_semaphore.hpp"

#include <algorithm>

namespace keyward::service {

FairSemaphore::Permit FairSemaphore::enter(const std::string& party, Time until) {
    std::unique_lock lock(mutex_);
    if (inside_ < limits_.inside) {  // then nobody waits
        ++inside_;
        return Permit(this);
    }
    return wait(lock, party, until) ? Permit(this) : nullptr;
}

bool FairSemaphore::wait(std::unique_lock<std::mutex>& lock, const std::string& party, Time until) {
    const auto found = parties_.find(party);
    const std::size_t of_party = found == parties_.end() ? 0 : found->second.size();
    if (waiting_ >= limits_.waiting || of_party >= limits_.waiting_of_one) return false;
    Waiting self;
    if (of_party == 0) turns_.push_back(party);
    parties_[party].push_back(&self);
    ++waiting_;
    const auto let_in = [&self] { return self.let_in; };
    if (until == Time::max())
        self.woken.wait(lock, let_in);
    else if (!self.woken.wait_until(lock, until, let_in))
        stop_waiting(party, self);
    return self.let_in;
}

void FairSemaphore::stop_waiting(const std::string& party, const Waiting& waiting) {
    const auto found = parties_.find(party);
    std::erase(found->second, &waiting);
    --waiting_;
    if (!found->second.empty()) return;
    parties_.erase(found);
    std::erase(turns_, party);
}

/// The place goes to the next at once: a newcomer can't take it in between.
void FairSemaphore::leave() {
    const std::lock_guard lock(mutex_);
    if (turns_.empty()) {
        --inside_;
        return;
    }
    std::string party = std::move(turns_.front());
    turns_.pop_front();
    const auto found = parties_.find(party);
    Waiting& next = *found->second.front();
    found->second.pop_front();
    --waiting_;
    if (found->second.empty())
        parties_.erase(found);
    else
        turns_.push_back(std::move(party));
    next.let_in = true;
    next.woken.notify_one();
}

}  // namespace keyward::service
