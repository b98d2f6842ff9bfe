#include "service/runtime/pinned_token.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>

#include "base/log.hpp"

namespace keyward::service {
namespace {

/// The number of recorded keys to look for: some may have been lost, but not all of these by chance.
constexpr std::size_t most_lookups = 16;

}  // namespace

PinnedToken::PinnedToken(std::shared_ptr<Token> token, std::string environment, TokenPinStore& token_pins,
                         DeploymentStore& deployments, Pinning pinning, Clock clock)
    : token_(std::move(token)),
      environment_(std::move(environment)),
      token_pins_(token_pins),
      deployments_(deployments),
      pinning_(pinning),
      clock_(std::move(clock)) {}

template <typename Question>
auto PinnedToken::ask_catalogue(const Question& question) const {
    try {
        return question();
    } catch (const CatalogueError& error) {
        log::error("catalogue.failed", {{"environment", environment_}, {"reason", error.what()}});
        // Says nothing about the token, and nothing was done in it.
        throw TokenError(TokenFault::busy,
                         "The catalogue can't say which token holds the keys of environment " + environment_,
                         {}, {}, TokenPhase::binding);
    }
}

// The token may be lost, and another one found in its place, within a call: then the result of the call is
// not trusted before the token has proved itself again. Faults that say that nothing was made are not passed
// on.
template <typename Work>
auto PinnedToken::with_token(Assurance assurance, const Work& work) {
    require(assurance);
    const std::uint64_t epoch = token_->epoch();
    const auto require_again = [&] {
        if (token_->epoch() == epoch) return;
        try {
            require(assurance);
        } catch (const WrongToken& wrong) {
            throw WrongToken(wrong.why(), wrong.what(), TokenPhase::operating);
        } catch (const TokenError& error) {
            throw TokenError(TokenFault::unreachable, error.what(), error.call(), error.code());
        }
    };
    try {
        if constexpr (std::is_void_v<decltype(work(*token_))>) {
            work(*token_);
            require_again();
        } else {
            auto result = work(*token_);
            require_again();
            return result;
        }
    } catch (const TokenError& error) {
        if (error.fault() == TokenFault::unreachable) serial_fits_ = proved_ = false;
        throw;
    }
}

void PinnedToken::require(Assurance assurance) {
    if (assurance == Assurance::key && is_proved()) return;
    const bool same_token = proved_epoch_ == token_->epoch();
    if (assurance == Assurance::serial && serial_fits_ && same_token) return;
    const std::string serial = token_->identity().serial;
    if (assurance != Assurance::serial && !is_proved()) require_key(serial);
    const std::string recorded = recorded_serial(serial);
    if (recorded != serial) {
        serial_fits_ = proved_ = false;
        report(serial, recorded);
        throw WrongToken(WrongToken::Why::other_serial,
                         "The token of environment " + environment_ + " is not the one that holds its keys");
    }
    serial_fits_ = true;
    if (assurance != Assurance::serial) reported_ = false;
}

void PinnedToken::require_key(const std::string& serial) {
    const auto recorded = ask_catalogue([&] { return token_pins_.pinned_token(environment_); });
    if (recorded && *recorded != serial) return;  // the caller reports the wrong serial number
    const auto epoch = epoch_that_holds_recorded_keys();
    if (!epoch) {
        report(serial, "one that holds a recorded key");
        throw WrongToken(WrongToken::Why::no_recorded_key,
                         "The token of environment " + environment_ +
                             " holds none of the keys that are recorded for it, so it may have been "
                             "initialised again: put the right token back, or accept this one with: keyward "
                             "reconcile --accept-token " +
                             environment_);
    }
    refresh_pause_.reset();
    proved_epoch_ = *epoch;
    proved_ = true;
}

void PinnedToken::report(const std::string& serial, const std::string& expected) {
    if (reported_.exchange(true)) return;
    log::error("token.not_the_one", {{"environment", environment_},
                                     {"serial", serial},
                                     {"expected", expected},
                                     {"remedy",
                                      "put the right token back, or accept it with: keyward reconcile "
                                      "--accept-token " +
                                          environment_}});
}

/// The serial number of the token that holds the keys: this one's where none is recorded.
std::string PinnedToken::recorded_serial(const std::string& serial) {
    if (auto recorded = ask_catalogue([&] { return token_pins_.pinned_token(environment_); }))
        return *recorded;
    if (pinning_ == Pinning::compare || !is_proved()) return serial;
    return ask_catalogue([&] {
        return token_pins_.pin_token(environment_, serial,
                                     {.at = clock_(),
                                      .actor = "keyward",
                                      .action = "token.bind",
                                      .environments = {environment_},
                                      .result = "serial " + serial});
    });
}

/// The epoch in which the token holds one of the recorded keys, or none are recorded. Keys that another
/// process has made may not be shown before the module is initialized again.
std::optional<std::uint64_t> PinnedToken::epoch_that_holds_recorded_keys() {
    const auto ids = ask_catalogue([&] { return deployments_.deployed_objects(environment_, most_lookups); });
    const auto look = [&]() -> std::optional<std::uint64_t> {
        const std::uint64_t epoch = token_->epoch();
        return ids.empty() || holds_any_of(ids) ? std::optional(epoch) : std::nullopt;
    };
    if (const auto epoch = look()) return epoch;
    if (!refresh_if_due()) return std::nullopt;
    token_->identity();  // opens the sessions again
    return look();
}

/// All environments of the module are interrupted, and a wrong token is checked every few seconds: so it is
/// done more and more rarely.
bool PinnedToken::refresh_if_due() {
    const Instant now = clock_();
    if (!refresh_pause_.is_over(now) || !token_->refresh()) return false;
    refresh_pause_.begin(now);
    return true;
}

bool PinnedToken::holds_any_of(const std::vector<ObjectId>& ids) const {
    return std::ranges::any_of(ids, [&](const ObjectId& id) { return token_->count(id) > 0; });
}

ImportResult PinnedToken::import(const ImportRequest& request) {
    return with_token(Assurance::key_now, [&](Token& token) { return token.import(request); });
}

std::size_t PinnedToken::destroy(const ObjectId& id) {
    return with_token(Assurance::key_now, [&](Token& token) { return token.destroy(id); });
}

std::size_t PinnedToken::count(const ObjectId& id) {
    return with_token(Assurance::serial, [&](Token& token) { return token.count(id); });
}

void PinnedToken::scan(const std::function<void(const TokenObject&, std::size_t, std::size_t)>& each) {
    with_token(Assurance::serial, [&](Token& token) { token.scan(each); });
}

std::size_t PinnedToken::destroy_incomplete(std::chrono::milliseconds pause) {
    return with_token(Assurance::key_now, [&](Token& token) { return token.destroy_incomplete(pause); });
}

std::vector<CryptoResult> PinnedToken::operate(const ObjectId& id, CryptoOperation action,
                                               std::span<const CryptoRequest> operations) {
    return with_token(Assurance::key, [&](Token& token) { return token.operate(id, action, operations); });
}

std::set<Digest> PinnedToken::oaep_hashes() {
    return with_token(Assurance::key, [](Token& token) { return token.oaep_hashes(); });
}

void PinnedToken::ping() {
    with_token(Assurance::key, [](Token& token) { token.ping(); });
}

std::set<std::string> PinnedToken::mechanisms() {
    return with_token(Assurance::key, [](Token& token) { return token.mechanisms(); });
}

TokenIdentity PinnedToken::identity() {
    return token_->identity();
}

// Another token may be in the slot from then on.
bool PinnedToken::refresh() {
    if (!token_->refresh()) return false;
    serial_fits_ = proved_ = false;
    return true;
}

void PinnedToken::reload_pin() {
    token_->reload_pin();
}

namespace {

constexpr std::string_view filling = " 0";
/// A number with fewer characters than this, after removing its zeros, is only a counter.
constexpr std::size_t least_significant = 4;

std::string_view without_filling(std::string_view text) {
    const auto first = text.find_first_not_of(filling);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_one_character(std::string_view text) {
    return std::ranges::all_of(text, [&](char each) { return each == text.front(); });
}

/// `1234`, `12345678`, `1234567890`.
bool counts_up(std::string_view text) {
    constexpr std::string_view row = "12345678901234567890";
    return row.starts_with(text);
}

}  // namespace

std::optional<std::string> weakness_of_serial(const TokenIdentity& identity) {
    if (identity.serial.find_first_not_of(' ') == std::string::npos) return "is empty";
    if (identity.serial_is_shared) return "is also that of another token of the module";
    const std::string_view significant = without_filling(identity.serial);
    if (significant.empty()) return "is all zeros";
    if (significant.size() < least_significant || is_one_character(significant) || counts_up(significant))
        return "looks like a default of its maker";
    return std::nullopt;
}

}  // namespace keyward::service
