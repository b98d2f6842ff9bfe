#include "service/bound_token.hpp"

#include "core/log.hpp"

namespace keyward::service {
namespace {

/// So many of the recorded keys are looked for: some may have been lost, but not all of these by chance.
constexpr int most_lookups = 16;

}  // namespace

BoundToken::BoundToken(std::shared_ptr<Token> token, std::string environment, Catalogue& catalogue,
                       Binding binding, Clock clock)
    : token_(std::move(token)),
      environment_(std::move(environment)),
      catalogue_(catalogue),
      binding_(binding),
      clock_(std::move(clock)) {}

template <typename Work>
auto BoundToken::with_right_token(const Work& work) {
    if (!fits_) require_right_token();
    return watched(work);
}

/// What makes or destroys objects asks each time: another process may have accepted another token since.
template <typename Work>
auto BoundToken::with_token_that_is_right_now(const Work& work) {
    require_right_token();
    return watched(work);
}

template <typename Work>
auto BoundToken::watched(const Work& work) {
    try {
        return work(*token_);
    } catch (const TokenError& error) {
        if (error.fault() == TokenFault::unreachable) fits_ = false;
        throw;
    }
}

void BoundToken::require_right_token() {
    const std::string serial = token_->identity().serial;
    const std::optional<std::string> recorded = recorded_serial(serial);
    if (recorded == serial) {
        reported_ = false;
        fits_ = true;
        return;
    }
    if (!reported_.exchange(true))
        log::error("token.not_the_one",
                   {{"environment", environment_},
                    {"serial", serial},
                    {"expected", recorded.value_or("not recorded, and this one holds none of the keys")},
                    {"remedy",
                     "put the right token back, or accept it with: keyward reconcile "
                     "--accept-token " +
                         environment_}});
    throw TokenError(TokenFault::unreachable,
                     "The token of environment " + environment_ + " is not the one that holds its keys", {},
                     {}, TokenPhase::binding);
}

template <typename Question>
auto BoundToken::ask_catalogue(const Question& question) const {
    try {
        return question();
    } catch (const CatalogueError& error) {
        log::error("catalogue.failed", {{"environment", environment_}, {"reason", error.what()}});
        // Says nothing of the token, and nothing was done in it.
        throw TokenError(TokenFault::busy,
                         "The catalogue can't say which token holds the keys of environment " + environment_,
                         {}, {}, TokenPhase::binding);
    }
}

/// The serial number of the token that holds the keys; nothing where none is recorded and it can't be this.
std::optional<std::string> BoundToken::recorded_serial(const std::string& serial) const {
    if (auto recorded = ask_catalogue([&] { return catalogue_.bound_token(environment_); })) return recorded;
    if (!holds_recorded_keys()) return std::nullopt;
    if (binding_ == Binding::compare) return serial;
    return ask_catalogue([&] {
        return catalogue_.bind_token(
            environment_, serial,
            {clock_(), "keyward", {}, "token.bind", {}, {}, {environment_}, "serial " + serial});
    });
}

/// One of them, or there are none.
bool BoundToken::holds_recorded_keys() const {
    int lookups = 0;
    for (const RecordedObject& recorded :
         ask_catalogue([&] { return catalogue_.recorded_objects(environment_); })) {
        if (recorded.deployment.state != DeploymentState::deployed) continue;
        if (token_->count(*recorded.deployment.object_id) > 0) return true;
        if (++lookups == most_lookups) break;
    }
    return lookups == 0;
}

ImportReceipt BoundToken::import(const ImportOrder& order) {
    return with_token_that_is_right_now([&](Token& token) { return token.import(order); });
}

std::size_t BoundToken::destroy(const ObjectId& id) {
    return with_token_that_is_right_now([&](Token& token) { return token.destroy(id); });
}

std::size_t BoundToken::count(const ObjectId& id) {
    return with_right_token([&](Token& token) { return token.count(id); });
}

void BoundToken::walk(const std::function<void(const TokenObject&, std::size_t, std::size_t)>& each) {
    with_right_token([&](Token& token) { token.walk(each); });
}

std::size_t BoundToken::destroy_half_made(std::chrono::milliseconds pause) {
    return with_token_that_is_right_now([&](Token& token) { return token.destroy_half_made(pause); });
}

std::vector<Outcome> BoundToken::operate(const ObjectId& id, Action action,
                                         std::span<const Operation> operations) {
    return with_right_token([&](Token& token) { return token.operate(id, action, operations); });
}

std::set<keys::Digest> BoundToken::oaep_hashes() {
    return with_right_token([](Token& token) { return token.oaep_hashes(); });
}

void BoundToken::ping() {
    with_right_token([](Token& token) { token.ping(); });
}

std::set<std::string> BoundToken::mechanisms() {
    return with_right_token([](Token& token) { return token.mechanisms(); });
}

TokenIdentity BoundToken::identity() {
    return token_->identity();
}

// Another token may be in the slot from then on.
bool BoundToken::refresh() {
    if (!token_->refresh()) return false;
    fits_ = false;
    return true;
}

void BoundToken::reload_pin() {
    token_->reload_pin();
}

}  // namespace keyward::service
