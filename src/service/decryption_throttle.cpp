#include "service/decryption_throttle.hpp"

#include <algorithm>

namespace keyward::service {

std::chrono::seconds DecryptionThrottle::wait(const std::string& key_id) const {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    const auto until = keys_.waits_until(key_id);
    return until <= now ? std::chrono::seconds(0) : std::chrono::ceil<std::chrono::seconds>(until - now);
}

std::size_t DecryptionThrottle::at_once(const std::string& key_id) const {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::max(1, keys_.free_left(key_id, now)));
}

void DecryptionThrottle::failed(const std::string& key_id) {
    const auto now = clock_();
    const std::lock_guard lock(mutex_);
    keys_.failed(key_id, now);
}

}  // namespace keyward::service
