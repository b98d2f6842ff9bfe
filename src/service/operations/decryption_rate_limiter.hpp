#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "base/backoff.hpp"
#include "base/mutex.hpp"

namespace keyward::service {

/// Slows down decryptions of a key whose failures are an oracle (CBC with padding, PKCS#1 v1.5): a client
/// that can send ciphertexts and sees whether they decrypt can recover plaintexts with some thousand tries
/// (Vaudenay 2002, Bleichenbacher 1998). The first failures cost nothing; then each makes the key wait, twice
/// as long as the one before, up to a minute. After the first failure, simultaneous tries are limited to the
/// number of free failures left, and then to one: otherwise parallel tries would all fail before the first
/// failure counts. Success does not offset failures: an attacker has successes too. State is local to the
/// process: replicas count separately. Thread-safe.
class DecryptionRateLimiter {
  public:
    static constexpr FailureRule rule{.free = 16};

    explicit DecryptionRateLimiter(SteadyClock clock) : clock_(std::move(clock)), keys_(rule, usual_most) {}

    /// One try, if it may be made now. Counts as running for its lifetime.
    class Turn {
      public:
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn();

        /// How long the key must wait, in whole seconds, rounded up; zero when it need not.
        [[nodiscard]] std::chrono::seconds wait() const { return wait_; }

      private:
        friend class DecryptionRateLimiter;
        Turn(DecryptionRateLimiter& rate_limiter, std::string key_id);

        DecryptionRateLimiter& rate_limiter_;
        const std::string key_id_;
        std::chrono::seconds wait_{0};
    };

    /// A turn with that key, or how long to wait for one.
    [[nodiscard]] Turn turn(const std::string& key_id) { return {*this, key_id}; }
    void failed(const std::string& key_id);

  private:
    static constexpr std::size_t usual_most = 4096;

    SteadyClock clock_;
    Mutex mutex_;
    BackoffTracker keys_ KEYWARD_GUARDED_BY(mutex_);
    std::map<std::string, int> trying_ KEYWARD_GUARDED_BY(mutex_);  ///< the number of running tries by key
};

}  // namespace keyward::service
