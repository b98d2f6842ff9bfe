#include "service/login.hpp"

#include "core/ids.hpp"
#include "core/log.hpp"
#include "core/password.hpp"
#include "core/shown_name.hpp"
#include "service/api_token.hpp"
#include "service/errors.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

constexpr auto token_name = "password login";
constexpr std::chrono::seconds token_lifetime = 1h;
constexpr auto kept_after_their_end = 24h;
constexpr std::uint64_t hashes_at_once = 2;
/// Fewer than the server has threads to spare, so that a flood of logins leaves some for all else.
constexpr std::uint64_t waiting_for_a_hash = 16;

/// What nobody's password fits; checking against it takes as long as against a user's.
const std::string& dummy_hash() {
    static const std::string hash = hash_password(random_secret(32));
    return hash;
}

}  // namespace

Login::Login(Catalogue& catalogue, Clock clock, SteadyClock steady_clock)
    : catalogue_(catalogue),
      clock_(std::move(clock)),
      throttle_(std::move(steady_clock)),
      hashing_(hashes_at_once, waiting_for_a_hash) {
    dummy_hash();  // made now, so that the first unknown user does not take longer
}

LoginToken Login::run(const LoginAttempt& attempt) {
    refuse_while_slowed_down(attempt);
    const auto user = verified(attempt);
    if (!user) {
        log::warn("login.failed", {{"request", attempt.request_id},
                                   {"user", shown_name(attempt.user_name)},
                                   {"client", attempt.client_address}});
        throw ServiceError(ErrorKind::unauthorized_client, "Bad credentials");
    }
    return token_for(*user, attempt);
}

void Login::refuse_while_slowed_down(const LoginAttempt& attempt) const {
    const auto wait = throttle_.wait(attempt.user_name, attempt.client_address);
    if (wait > 0s)
        throw ServiceError(ErrorKind::too_many_requests,
                           "Too many logins of this user or from this address failed; try again in " +
                               std::to_string(wait.count()) + " s",
                           wait);
}

std::optional<User> Login::verified(const LoginAttempt& attempt) {
    const auto pass = hashing_.enter();
    if (!pass)
        throw ServiceError(ErrorKind::too_many_requests, "Too many logins are under way; try again", 1s);
    refuse_while_slowed_down(attempt);  // others may have failed while this one waited
    const auto found = catalogue_.find_credentials(attempt.user_name);
    const bool has_password = found && !found->password_hash.empty();
    const bool fits = password_fits(attempt.password, has_password ? found->password_hash : dummy_hash());
    if (!fits || !has_password) {
        throttle_.failed(attempt.user_name, attempt.client_address);
        return std::nullopt;
    }
    throttle_.succeeded(attempt.user_name);
    return found->user;
}

LoginToken Login::token_for(const User& user, const LoginAttempt& attempt) {
    LoginToken made{make_api_token(), token_lifetime};
    const Instant now = clock_();
    catalogue_.create_api_token(
        user.id, token_name, hash_api_token(made.token.reveal_text()), now + token_lifetime,
        {now, user.name, attempt.request_id, "token.login", {}, {}, {}, "from " + attempt.client_address});
    return made;
}

void Login::remove_expired_tokens() {
    catalogue_.remove_expired_tokens(token_name, clock_() - kept_after_their_end);
}

}  // namespace keyward::service
