#include "hsm/session/login_attempts.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "crypto/keyed_hash.hpp"

namespace keyward::hsm {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t key_size = 32;
constexpr std::size_t failures_before_pause = 2;

struct Pauses {
    std::chrono::seconds first;
    std::chrono::seconds longest;
};

/// A PIN that the token accepted before is unlikely to be wrong now: the token is probably unavailable. Any
/// other PIN may be wrong, and tokens lock after as few as three wrong ones.
constexpr Pauses for_accepted{10s, 2min};
constexpr Pauses for_unknown{30s, 1h};

bool same(const SecretBytes& left, const SecretBytes& right) {
    return equal_secrets(left.reveal(), right.reveal());
}

}  // namespace

LoginAttempts::LoginAttempts(Now now) : now_(std::move(now)), key_(random_secret(key_size)) {}

LoginAttempts::PinDigest LoginAttempts::digest_of(const SecretBytes& pin) const {
    std::string hash = keyed_hash(key_, {pin.reveal()});
    return SecretBytes::take(hash);
}

std::optional<LoginAttempts::Stop> LoginAttempts::stop() const {
    const Lock lock(mutex_);
    if (refusal_) return refusal_;
    if (failures_ >= failures_before_pause && now_() < next_) return failure_;
    return std::nullopt;
}

bool LoginAttempts::has_refused(const PinDigest& pin) const {
    const Lock lock(mutex_);
    return std::ranges::any_of(refused_, [&](const PinDigest& refused) { return same(refused, pin); });
}

bool LoginAttempts::accepted_last(const PinDigest& pin) const {
    const Lock lock(mutex_);
    return same(accepted_, pin);
}

void LoginAttempts::accepted(PinDigest pin) {
    const Lock lock(mutex_);
    accepted_ = std::move(pin);
    refused_.clear();
    refusal_.reset();
    failures_ = 0;
    pause_ = {};
}

void LoginAttempts::refused(PinDigest pin, Stop why) {
    const Lock lock(mutex_);
    const bool known =
        std::ranges::any_of(refused_, [&](const PinDigest& digest) { return same(digest, pin); });
    if (same(accepted_, pin)) accepted_ = {};
    if (!known) refused_.push_back(std::move(pin));
    refusal_ = std::move(why);
}

std::chrono::seconds LoginAttempts::failed_unclearly(PinDigest pin, Stop why) {
    const Lock lock(mutex_);
    if (!same(failed_, pin)) {
        failed_ = std::move(pin);
        failures_ = 0;
        pause_ = {};
    }
    failure_ = std::move(why);
    if (++failures_ < failures_before_pause) return {};
    const Pauses pauses = same(accepted_, failed_) ? for_accepted : for_unknown;
    pause_ = std::clamp(2 * pause_, pauses.first, pauses.longest);
    next_ = now_() + pause_;
    return pause_;
}

void LoginAttempts::resume() {
    const Lock lock(mutex_);
    refusal_.reset();
    next_ = now_();
}

}  // namespace keyward::hsm
