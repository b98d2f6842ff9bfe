#include "service/decryption_throttle.hpp"

namespace keyward::service {
namespace {

constexpr std::chrono::seconds wait_for_another{1};

}  // namespace

DecryptionThrottle::Turn::Turn(DecryptionThrottle& throttle, std::string key_id)
    : throttle_(throttle), key_id_(std::move(key_id)) {
    const auto now = throttle_.clock_();
    const std::lock_guard lock(throttle_.mutex_);
    if (const auto until = throttle_.keys_.waits_until(key_id_); until > now) {
        wait_ = std::chrono::ceil<std::chrono::seconds>(until - now);
    } else if (const int free = throttle_.keys_.free_left(key_id_, now); free > 0) {
        at_once_ = static_cast<std::size_t>(free);
    } else {
        alone_ = throttle_.alone_.insert(key_id_).second;
        if (!alone_) wait_ = wait_for_another;
    }
}

DecryptionThrottle::Turn::~Turn() {
    if (!alone_) return;
    const std::lock_guard lock(throttle_.mutex_);
    throttle_.alone_.erase(key_id_);
}

void DecryptionThrottle::failed(const std::string& key_id) {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    keys_.failed(key_id, now);
}

}  // namespace keyward::service
