#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

#include "service/failure_counts.hpp"

namespace keyward::service {

/// Slows down decryptions of a key whose failures are an oracle (CBC with padding, PKCS#1 v1.5): who can send
/// ciphertexts and sees whether they open reads plaintexts with some thousand tries (Vaudenay 2002,
/// Bleichenbacher 1998). The first failures cost nothing; then each makes the key wait, twice as long as the
/// one before, up to a minute. Success does not make up for failures: who attacks has successes too.
/// Lives in this process: replicas count for themselves. Any thread may call.
class DecryptionThrottle {
  public:
    explicit DecryptionThrottle(SteadyClock clock) : clock_(std::move(clock)), keys_(rule, usual_most) {}

    /// How long that key must wait, in whole seconds, rounded up; zero when it need not.
    [[nodiscard]] std::chrono::seconds wait(const std::string& key_id) const;
    /// How many decryptions with that key may be tried together: as many as may fail at no cost, but one at
    /// least.
    [[nodiscard]] std::size_t at_once(const std::string& key_id) const;
    void failed(const std::string& key_id);

  private:
    static constexpr std::size_t usual_most = 4096;
    static constexpr FailureRule rule{.free = 16};

    SteadyClock clock_;
    mutable std::mutex mutex_;
    FailureCounts keys_;
};

}  // namespace keyward::service
