#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/secret_bytes.hpp"
#include "service/catalogue.hpp"
#include "service/login_throttle.hpp"
#include "service/turnstile.hpp"

namespace keyward::service {

/// What a client sent to log in. Borrowed for the call.
struct LoginAttempt {
    const std::string& user_name;
    const SecretBytes& password;
    const std::string& client_address;
    const std::string& request_id;
};

/// A bearer token that has just been made, and how long it is valid.
struct LoginToken {
    SecretBytes token;
    std::chrono::seconds lifetime;
};

/// Passwords for bearer tokens of one hour. A user that is not there, one without a password and a wrong
/// password cost the same work and get the same answer. Failures are slowed down by LoginThrottle, and two
/// passwords are hashed at once at most, since each takes 64 MiB. Any thread may call.
class Login {
  public:
    /// Hashes a password once in the life of the process. `clock` dates tokens, `steady_clock` waiting times.
    Login(Catalogue& catalogue, Clock clock, SteadyClock steady_clock);

    /// Throws ServiceError (unauthorized_client; too_many_requests with the time to wait).
    LoginToken run(const LoginAttempt& attempt);

    /// Removes the tokens of logins that ended more than a day ago. To be called from time to time.
    void remove_expired_tokens();

  private:
    void refuse_while_slowed_down(const LoginAttempt& attempt) const;
    std::optional<User> verified(const LoginAttempt& attempt);
    LoginToken token_for(const User& user, const LoginAttempt& attempt);

    Catalogue& catalogue_;
    Clock clock_;
    LoginThrottle throttle_;
    Turnstile hashing_;
};

}  // namespace keyward::service
