#include "service/auth/login.hpp"

#include "base/client_text.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "crypto/password.hpp"
#include "domain/errors.hpp"
#include "service/auth/api_token.hpp"
#include "service/auth/login_rate_limiter.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

constexpr auto token_name = "password login";
constexpr auto kept_after_their_end = 24h;
/// A later login from a known network is recorded when the last record is this old.
constexpr auto kept_login_is_fresh_for = 1h;

/// A hash that matches no password; checking it takes as long as checking a user's.
const std::string& dummy_hash() {
    static const std::string hash = hash_password(random_secret(32));
    return hash;
}

}  // namespace

Login::Login(UserStore& users, AccessTokenStore& access_tokens, LoginNetworks& networks, Clock clock,
             SteadyClock steady_clock)
    : users_(users),
      access_tokens_(access_tokens),
      networks_(networks),
      clock_(std::move(clock)),
      rate_limiter_(std::move(steady_clock)),
      known_hashing_(known_limits),
      strange_hashing_(strange_limits) {
    dummy_hash();  // computed now, so that the first unknown user does not take longer
}

LoginToken Login::run(const LoginAttempt& attempt) {
    const Origin origin = origin_of(attempt);
    if (!origin.is_known) refuse_while_slowed_down(attempt);
    const auto user = verified(attempt, origin);
    if (!user) {
        log::warn("login.failed", {{"request", attempt.request_id},
                                   {"user", shown_name(attempt.user_name)},
                                   {"client", attempt.client_address}});
        throw ServiceError(ErrorKind::unauthorized_client, "Bad credentials");
    }
    return token_for(*user, attempt, origin);
}

Login::Origin Login::origin_of(const LoginAttempt& attempt) {
    Origin origin{.network = login_network(attempt.client_address)};
    origin.last_login = networks_.last_login(attempt.user_name, origin.network);
    origin.is_known = origin.last_login && clock_() - *origin.last_login < network_is_known_for;
    return origin;
}

FairSemaphore::Permit Login::turn_to_hash(const LoginAttempt& attempt, const Origin& origin) {
    return origin.is_known ? known_hashing_.enter(attempt.user_name) : strange_hashing_.enter(origin.network);
}

void Login::refuse_while_slowed_down(const LoginAttempt& attempt) const {
    const auto wait = rate_limiter_.wait(attempt.user_name, attempt.client_address);
    if (wait > 0s)
        throw ServiceError(ErrorKind::too_many_requests,
                           "Too many logins of this user or from this address failed; try again in " +
                               std::to_string(wait.count()) + " s",
                           wait);
}

std::optional<User> Login::verified(const LoginAttempt& attempt, const Origin& origin) {
    const auto permit = turn_to_hash(attempt, origin);
    if (!permit)
        throw ServiceError(ErrorKind::too_many_requests, "Too many logins are under way; try again", 1s);
    if (!origin.is_known)
        refuse_while_slowed_down(attempt);  // other attempts may have failed while this one
                                            // waited
    const auto found = users_.find_credentials(attempt.user_name);
    const bool has_password = found && !found->password_hash.empty();
    const bool fits = password_fits(attempt.password, has_password ? found->password_hash : dummy_hash());
    if (!fits || !has_password) {
        rate_limiter_.failed(attempt.user_name, attempt.client_address);
        return std::nullopt;
    }
    rate_limiter_.succeeded(attempt.user_name);
    return found->user;
}

LoginToken Login::token_for(const User& user, const LoginAttempt& attempt, const Origin& origin) {
    LoginToken made{make_api_token(), token_lifetime};
    const Instant now = clock_();
    if (!origin.last_login || now - *origin.last_login > kept_login_is_fresh_for)
        networks_.keep_login(user.id, origin.network, now);
    access_tokens_.create_api_token(user.id, token_name, hash_api_token(made.token.reveal_text()),
                                    now + token_lifetime,
                                    {.at = now,
                                     .actor = user.name,
                                     .request_id = attempt.request_id,
                                     .action = "token.login",
                                     .result = "from " + attempt.client_address});
    return made;
}

void Login::remove_expired_tokens() {
    access_tokens_.remove_expired_tokens(token_name, clock_() - kept_after_their_end);
    networks_.forget_logins(clock_() - network_is_known_for);
}

}  // namespace keyward::service
