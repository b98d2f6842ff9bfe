#include "base/growing_pause.hpp"

#include <algorithm>

namespace keyward {
namespace {

constexpr std::chrono::minutes shortest{1};
constexpr std::chrono::minutes longest = std::chrono::hours(1);

}  // namespace

bool GrowingPause::is_over(Instant now) const {
    const std::lock_guard lock(mutex_);
    return now < begun_ || now >= begun_ + length_;
}

void GrowingPause::begin(Instant now) {
    const std::lock_guard lock(mutex_);
    begun_ = now;
    length_ = std::clamp(2 * length_, shortest, longest);
}

void GrowingPause::reset() {
    const std::lock_guard lock(mutex_);
    length_ = std::chrono::minutes(0);
}

GrowingPause& GrowingPauses::of(const std::string& environment) {
    const std::lock_guard lock(mutex_);
    return pauses_[environment];
}

}  // namespace keyward
