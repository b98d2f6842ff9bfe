#include "service/operations/decryption_rate_limiter.hpp"

#include <algorithm>

namespace keyward::service {
namespace {

constexpr std::chrono::seconds wait_for_others{1};

}  // namespace

DecryptionRateLimiter::Turn::Turn(DecryptionRateLimiter& rate_limiter, std::string key_id)
    : rate_limiter_(rate_limiter), key_id_(std::move(key_id)) {
    const auto now = rate_limiter_.clock_();
    const Lock lock(rate_limiter_.mutex_);
    const auto until = rate_limiter_.keys_.waits_until(key_id_);
    const int free = rate_limiter_.keys_.free_left(key_id_, now);
    const auto found = rate_limiter_.trying_.find(key_id_);
    const int trying = found == rate_limiter_.trying_.end() ? 0 : found->second;
    if (until > now)
        wait_ = std::chrono::ceil<std::chrono::seconds>(until - now);
    else if (free < rule.free && trying >= std::max(free, 1))
        wait_ = wait_for_others;
    else
        rate_limiter_.trying_[key_id_] = trying + 1;
}

DecryptionRateLimiter::Turn::~Turn() {
    if (wait_.count() > 0) return;
    const Lock lock(rate_limiter_.mutex_);
    const auto found = rate_limiter_.trying_.find(key_id_);
    if (--found->second == 0) rate_limiter_.trying_.erase(found);
}

void DecryptionRateLimiter::failed(const std::string& key_id) {
    const auto now = clock_();
    const Lock lock(mutex_);
    keys_.failed(key_id, now);
}

}  // namespace keyward::service
