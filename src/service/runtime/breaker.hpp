#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/mutex.hpp"
#include "domain/token.hpp"

namespace keyward::service {

/// A circuit breaker: after `limit` consecutive failures to reach the token it is open, and calls are refused
/// at once instead of each waiting for its deadline. An answer of the token, usually to a ping, closes it.
/// Thread-safe.
class Breaker {
  public:
    explicit Breaker(std::size_t limit) : limit_(limit) {}

    void succeeded();
    /// A refusal is an answer, so it counts as a success; a busy pool says nothing either way.
    void failed(TokenFault fault);
    /// A call that was begun at `begun` has not been answered in time. If the token has answered another call
    /// since, the time-out says nothing about the token.
    void timed_out(std::chrono::steady_clock::time_point begun);

    [[nodiscard]] bool is_open() const;
    /// The last fault, while calls fail.
    [[nodiscard]] std::optional<TokenFault> last_fault() const;

  private:
    const std::size_t limit_;
    mutable Mutex mutex_;
    std::size_t failures_ KEYWARD_GUARDED_BY(mutex_) = 0;
    std::optional<TokenFault> last_fault_ KEYWARD_GUARDED_BY(mutex_);
    std::optional<std::chrono::steady_clock::time_point> last_success_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::service
