#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/fair_queue.hpp"
#include "base/secret_bytes.hpp"
#include "domain/catalogue.hpp"
#include "domain/stores/access_stores.hpp"
#include "service/auth/login_rate_limiter.hpp"

namespace keyward::service {

/// The data of a login request. Borrowed for the call.
struct LoginAttempt {
    const std::string& user_name;
    const SecretBytes& password;
    const std::string& client_address;
    const std::string& request_id;
};

/// A new bearer token, and how long it is valid.
struct LoginToken {
    SecretBytes token;
    std::chrono::seconds lifetime;
};

/// Exchanges passwords for bearer tokens that are valid for one hour. An unknown user, a user without a
/// password and a wrong password cost the same work and get the same answer.
///
/// LoginRateLimiter slows down failures, and few passwords are hashed at once, since each hash takes 64 MiB.
/// A client from a network from which the user has logged in lately is not slowed down, and waits for a hash
/// only behind other such clients: strangers cannot lock a user out. Thread-safe.
class Login {
  public:
    static constexpr std::chrono::hours token_lifetime{1};
    static constexpr std::chrono::days network_is_known_for{30};
    /// Logins from networks that their users have used, and all others. Together fewer than the server's
    /// spare threads, so that a flood of logins leaves some for other requests.
    static constexpr FairSemaphore::Limits known_limits{.inside = 2, .waiting = 12};
    static constexpr FairSemaphore::Limits strange_limits{.inside = 1, .waiting = 12};

    /// Hashes a password once in the life of the process. `clock` dates tokens, `steady_clock` measures
    /// waiting times.
    Login(UserStore& users, AccessTokenStore& access_tokens, LoginNetworks& networks, Clock clock,
          SteadyClock steady_clock);

    /// Throws ServiceError (unauthorized_client; too_many_requests with the time to wait).
    LoginToken run(const LoginAttempt& attempt);

    /// Removes the tokens of logins that expired more than a day ago, and the networks of old logins. Call it
    /// from time to time.
    void remove_expired_tokens();

  private:
    /// The origin of an attempt, and when its user last logged in from there.
    struct Origin {
        std::string network;
        std::optional<Instant> last_login = {};
        bool is_known = false;
    };
    Origin origin_of(const LoginAttempt& attempt);
    void refuse_while_slowed_down(const LoginAttempt& attempt) const;
    FairSemaphore::Permit turn_to_hash(const LoginAttempt& attempt, const Origin& origin);
    std::optional<User> verified(const LoginAttempt& attempt, const Origin& origin);
    LoginToken token_for(const User& user, const LoginAttempt& attempt, const Origin& origin);

    UserStore& users_;
    AccessTokenStore& access_tokens_;
    LoginNetworks& networks_;
    Clock clock_;
    LoginRateLimiter rate_limiter_;
    FairSemaphore known_hashing_;
    FairSemaphore strange_hashing_;
};

}  // namespace keyward::service
