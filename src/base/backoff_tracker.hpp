#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace keyward {

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

/// From which failure on a party has to wait.
struct FailureRule {
    int free;                          ///< failures that cost nothing
    std::chrono::seconds longest{60};  ///< wait
};

/// Failures in a row of each of many parties. The first after the free ones makes its party wait for a
/// second; each further one doubles the wait, up to the longest. A party that has not failed for a quarter of
/// an hour is forgotten: that gives it fewer attempts than the longest wait does. Holds at most `most`
/// parties: for a new one that goes whose last failure is longest ago, and one that does not wait before one
/// that does. Not for sharing between threads.
class BackoffTracker {
  public:
    using Time = std::chrono::steady_clock::time_point;

    BackoffTracker(FailureRule rule, std::size_t most) : rule_(rule), most_(most) {}

    /// Until when the party has to wait; what is past when it need not.
    [[nodiscard]] Time waits_until(const std::string& party) const;
    /// How many further failures would cost nothing.
    [[nodiscard]] int free_left(const std::string& party, Time now) const;
    void failed(const std::string& party, Time now);
    void succeeded(const std::string& party) { counts_.erase(party); }
    [[nodiscard]] std::size_t size() const { return counts_.size(); }

  private:
    struct Count {
        int failures = 0;
        Time last{};
        Time waits_until{};
    };
    void make_room(Time now);

    FailureRule rule_;
    std::size_t most_;
    std::map<std::string, Count> counts_;
};

}  // namespace keyward
