#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace keyward::service {

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

/// Failures in a row of each of many parties. The fifth makes its party wait for a second; each further one
/// doubles the wait, up to a minute. A party that has not failed for a quarter of an hour is forgotten: that
/// gives it fewer attempts than the longest wait does. Holds at most `most` parties: for a new one that goes
/// whose last failure is longest ago, and one that does not wait before one that does. Not for sharing
/// between threads.
class FailureCounts {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit FailureCounts(std::size_t most) : most_(most) {}

    /// Until when the party has to wait; what is past when it need not.
    [[nodiscard]] Time waits_until(const std::string& party) const;
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

    std::size_t most_;
    std::map<std::string, Count> counts_;
};

/// Slows down failed logins for each user name, there or not, and for each client address; the clients of an
/// IPv6 network (a /64, all of which one machine may have) count as one. Lives in this process: replicas
/// count for themselves. Any thread may call.
class LoginThrottle {
  public:
    static constexpr std::size_t usual_most = 4096;

    explicit LoginThrottle(SteadyClock clock, std::size_t most = usual_most)
        : clock_(std::move(clock)), users_(most), addresses_(most) {}

    /// How long no attempt counts, in whole seconds, rounded up; zero when one may be made.
    [[nodiscard]] std::chrono::seconds wait(const std::string& user, const std::string& address) const;
    void failed(const std::string& user, const std::string& address);
    /// The user's failures are forgotten; the address's are not, or who has one account could try all others.
    void succeeded(const std::string& user);

  private:
    SteadyClock clock_;
    mutable std::mutex mutex_;
    FailureCounts users_;
    FailureCounts addresses_;
};

}  // namespace keyward::service
