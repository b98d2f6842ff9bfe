#include "base/fair_queue.hpp"

#include <algorithm>

namespace keyward {

bool FairQueue::join(const std::string& party, Entry& newcomer, std::size_t limit) {
    const auto found = find(party);
    const std::size_t of_party = found == parties_.end() ? 0 : found->waiting.size();
    if (size_ >= limit && !displace_for(of_party)) return false;
    if (found == parties_.end())
        parties_.push_back({party, {&newcomer}});
    else
        found->waiting.push_back(&newcomer);
    ++size_;
    return true;
}

void FairQueue::leave(const Entry& one) noexcept {
    for (auto party = parties_.begin(); party != parties_.end(); ++party) {
        const auto place = std::find(party->waiting.begin(), party->waiting.end(), &one);
        if (place == party->waiting.end()) continue;
        party->waiting.erase(place);
        --size_;
        if (party->waiting.empty()) parties_.erase(party);
        return;
    }
}

bool FairQueue::call_next() noexcept {
    if (parties_.empty()) return false;
    const auto party = parties_.begin();
    Entry& next = *party->waiting.front();
    party->waiting.pop_front();
    --size_;
    if (party->waiting.empty())
        parties_.erase(party);
    else
        parties_.splice(parties_.end(), parties_, party);
    next.called();
    return true;
}

void FairQueue::displace_all() noexcept {
    Parties all;
    all.swap(parties_);
    size_ = 0;
    for (const Party& party : all)
        for (Entry* const one : party.waiting)
            one->displaced();
}

FairQueue::Parties::iterator FairQueue::find(const std::string& name) {
    return std::find_if(parties_.begin(), parties_.end(),
                        [&](const Party& party) { return party.name == name; });
}

/// The largest party keeps at least as many places as the newcomer's party has with it. Otherwise two parties
/// could displace each other forever.
bool FairQueue::displace_for(std::size_t of_newcomers_party) noexcept {
    const auto largest = std::max_element(
        parties_.begin(), parties_.end(),
        [](const Party& left, const Party& right) { return left.waiting.size() < right.waiting.size(); });
    if (largest == parties_.end() || largest->waiting.size() <= of_newcomers_party + 1) return false;
    Entry& last = *largest->waiting.back();
    largest->waiting.pop_back();
    --size_;
    last.displaced();
    return true;
}

FairSemaphore::Permit FairSemaphore::enter(const std::string& party) {
    const Lock lock(mutex_);
    if (inside_ < limits_.inside) {  // then the queue is empty
        ++inside_;
        return Permit(this);
    }
    FairQueue::Waiting self;
    if (!queue_.join(party, self, limits_.waiting)) return nullptr;
    self.woken.wait(mutex_, [&self] { return self.state != FairQueue::State::waits; });
    return self.state == FairQueue::State::called ? Permit(this) : nullptr;
}

/// The place goes directly to the next in the queue, so that a newcomer cannot take it in between.
void FairSemaphore::leave() noexcept {
    const Lock lock(mutex_);
    if (!queue_.call_next()) --inside_;
}

}  // namespace keyward
