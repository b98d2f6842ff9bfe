#include "base/backoff.hpp"

#include <algorithm>

namespace keyward {
namespace {

using namespace std::chrono_literals;

std::chrono::seconds wait_after(int failures, const FailureRule& rule) {
    auto wait = failures > rule.free ? BackoffTracker::first_wait : 0s;
    for (int i = rule.free + 1; i < failures && wait < rule.longest; ++i)
        wait *= 2;
    return std::min(wait, rule.longest);
}

}  // namespace

BackoffTracker::Time BackoffTracker::waits_until(const std::string& party) const {
    const auto found = counts_.find(party);
    return found == counts_.end() ? Time::min() : found->second.waits_until;
}

int BackoffTracker::free_left(const std::string& party, Time now) const {
    const auto found = counts_.find(party);
    if (found == counts_.end() || now - found->second.last >= forgotten_after) return rule_.free;
    return std::max(0, rule_.free - found->second.failures);
}

void BackoffTracker::failed(const std::string& party, Time now) {
    auto found = counts_.find(party);
    if (found == counts_.end()) {
        make_room(now);
        found = counts_.try_emplace(party).first;
    }
    Count& count = found->second;
    if (now - count.last >= forgotten_after) count.failures = 0;
    // Concurrent attempts fail together. The bound keeps the count small; the wait does not grow beyond it.
    count.failures = std::min(count.failures + 1, rule_.free + 32);
    count.last = now;
    count.waits_until = now + wait_after(count.failures, rule_);
}

void BackoffTracker::make_room(Time now) {
    if (counts_.size() < most_) return;
    counts_.erase(std::ranges::min_element(counts_, {}, [&](const auto& each) {
        return std::pair(each.second.waits_until > now, each.second.last);
    }));
}

namespace {

constexpr std::chrono::minutes shortest{1};
constexpr std::chrono::minutes longest = std::chrono::hours(1);

}  // namespace

bool GrowingPause::is_over(Instant now) const {
    const Lock lock(mutex_);
    return now < begun_ || now >= begun_ + length_;
}

void GrowingPause::begin(Instant now) {
    const Lock lock(mutex_);
    begun_ = now;
    length_ = std::clamp(2 * length_, shortest, longest);
}

void GrowingPause::reset() {
    const Lock lock(mutex_);
    length_ = std::chrono::minutes(0);
}

GrowingPause& GrowingPauses::of(const std::string& environment) {
    const Lock lock(mutex_);
    return pauses_[environment];
}

}  // namespace keyward
