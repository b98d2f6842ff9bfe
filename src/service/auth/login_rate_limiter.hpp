#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/backoff.hpp"
#include "base/mutex.hpp"

namespace keyward::service {

/// The length of a network from which a user has logged in, by the version of IP.
inline constexpr std::size_t login_network_v4_octets = 3;
inline constexpr std::size_t login_network_v6_octets = 7;

/// Slows down failed logins for each user name, existing or not, and for each client address; the clients of
/// an IPv6 network (a /64, all of which one machine may have) count as one. A user waits for two seconds at
/// most, so that strangers cannot lock a user out; an address waits for a minute at most. State is local to
/// the process: replicas count separately. Thread-safe.
class LoginRateLimiter {
  public:
    static constexpr std::size_t usual_most = 4096;
    static constexpr FailureRule user_rule{.free = 4, .longest = std::chrono::seconds(2)};
    static constexpr FailureRule address_rule{.free = 4};

    explicit LoginRateLimiter(SteadyClock clock, std::size_t most = usual_most)
        : clock_(std::move(clock)), users_(user_rule, most), addresses_(address_rule, most) {}

    /// The time until the next attempt is accepted, in whole seconds, rounded up; zero when one may be made
    /// now.
    [[nodiscard]] std::chrono::seconds wait(const std::string& user, const std::string& address) const;
    void failed(const std::string& user, const std::string& address);
    /// Clears the user's failures but not the address's; otherwise a client with one account could try all
    /// others.
    void succeeded(const std::string& user);

  private:
    SteadyClock clock_;
    mutable Mutex mutex_;
    BackoffTracker users_ KEYWARD_GUARDED_BY(mutex_);
    BackoffTracker addresses_ KEYWARD_GUARDED_BY(mutex_);
};

/// The network that a client's address is counted under: the /24 of an IPv4 address (`192.0.2.0/24`), the /56
/// of an IPv6 address (`2001:db8:0:100::/56`), which is what providers give to one customer. Text that is not
/// an address is returned unchanged.
std::string login_network(const std::string& address);

}  // namespace keyward::service
