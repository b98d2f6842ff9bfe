#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace keyward::storage {

/// Remembers that the database did not answer within its deadline, so that later calls fail at once instead
/// of each waiting as long. The first successful call ends the outage; until then one call per second is let
/// through as a test. Thread-safe.
class Outage {
  public:
    void begin() {
        next_try_.store(now() + between_tries.count());
        ++times_;
    }
    /// Reports that a call succeeded.
    void end() {
        last_success_.store(now());
        if (next_try_.load() != none) next_try_.store(none);
    }
    /// Whether a call should fail now.
    bool refuses() {
        auto next = next_try_.load();
        if (next == none) return false;
        const auto at = now();
        return at < next || !next_try_.compare_exchange_strong(next, at + between_tries.count());
    }
    /// Whether a call succeeded within this time. If so, a failure is that of one connection, not of the
    /// database.
    [[nodiscard]] bool answered_within(std::chrono::nanoseconds time) const {
        return now() - last_success_.load() < time.count();
    }
    /// The number of outages so far. Shows whether one began while a call waited for something else.
    [[nodiscard]] std::uint64_t times() const { return times_.load(); }

  private:
    static constexpr std::chrono::nanoseconds between_tries = std::chrono::seconds(1);
    static constexpr std::chrono::nanoseconds::rep none = 0;

    static std::chrono::nanoseconds::rep now() {
        return std::chrono::steady_clock::now().time_since_epoch().count();
    }

    std::atomic<std::chrono::nanoseconds::rep> next_try_ = none;
    std::atomic<std::chrono::nanoseconds::rep> last_success_ = 0;
    std::atomic<std::uint64_t> times_ = 0;
};

}  // namespace keyward::storage
