#include "service/decryption_throttle.hpp"

namespace keyward::service {

std::chrono::seconds DecryptionThrottle::wait(const std::string& key_id) const {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    const auto until = keys_.waits_until(key_id);
    return until <= now ? std::chrono::seconds(0) : std::chrono::ceil<std::chrono::seconds>(until - now);
}

void DecryptionThrottle::failed(const std::string& key_id) {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    keys_.failed(key_id, now);
}

}  // namespace keyward::service
