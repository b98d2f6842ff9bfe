#include "service/operations/decryption_rate_limiter.hpp"

#include <algorithm>

namespace keyward::service {
namespace {

constexpr std::chrono::seconds wait_for_others{1};

}  // namespace

DecryptionRateLimiter::Turn::Turn(DecryptionRateLimiter& throttle, std::string key_id)
    : throttle_(throttle), key_id_(std::move(key_id)) {
    const auto now = throttle_.clock_();
    const std::lock_guard lock(throttle_.mutex_);
    const auto until = throttle_.keys_.waits_until(key_id_);
    const int free = throttle_.keys_.free_left(key_id_, now);
    const auto found = throttle_.trying_.find(key_id_);
    const int trying = found == throttle_.trying_.end() ? 0 : found->second;
    if (until > now)
        wait_ = std::chrono::ceil<std::chrono::seconds>(until - now);
    else if (free < rule.free && trying >= std::max(free, 1))
        wait_ = wait_for_others;
    else
        throttle_.trying_[key_id_] = trying + 1;
}

DecryptionRateLimiter::Turn::~Turn() {
    if (wait_.count() > 0) return;
    const std::lock_guard lock(throttle_.mutex_);
    const auto found = throttle_.trying_.find(key_id_);
    if (--found->second == 0) throttle_.trying_.erase(found);
}

void DecryptionRateLimiter::failed(const std::string& key_id) {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    keys_.failed(key_id, now);
}

}  // namespace keyward::service
