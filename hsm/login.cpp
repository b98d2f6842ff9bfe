#include "hsm/login.hpp"

#include <exception>
#include <utility>

#include "core/log.hpp"
#include "hsm/errors.hpp"

namespace keyward::hsm {

using service::TokenError;
using service::TokenFault;

Login::Login(std::string label, PinSource pin) : label_(std::move(label)), pin_(std::move(pin)) {}

void Login::ensure(const Module::Use& use, CK_SLOT_ID slot) {
    const std::lock_guard lock(mutex_);
    drop_void(use.generation());
    if (session_ && session_->health() == Session::Health::lost) session_.reset();
    if (!session_) {
        session_.emplace(use.p11(), slot);
        generation_ = use.generation();
        ++beginnings_;
    }
    if (session_->health() == Session::Health::logged_in) return;
    log_in(use.p11(), slot);
    if (!needless_) ++beginnings_;
}

void Login::log_in(const Functions& p11, CK_SLOT_ID slot) {
    CK_TOKEN_INFO token{};
    check("C_GetTokenInfo", p11.C_GetTokenInfo(slot, &token));
    needless_ = (token.flags & CKF_LOGIN_REQUIRED) == 0;
    if (needless_) return;
    if (reloaded_.exchange(false)) latched_.clear();
    if (!latched_.empty()) throw TokenError(TokenFault::pin, latched_);
    if ((token.flags & CKF_USER_PIN_LOCKED) != 0) latch("The token's PIN is locked", "CKF_USER_PIN_LOCKED");
    if ((token.flags & CKF_USER_PIN_FINAL_TRY) != 0)
        latch("One more wrong PIN would lock the token, so no login is tried", "CKF_USER_PIN_FINAL_TRY");

    SecretBytes pin;
    try {
        pin = pin_();
    } catch (const TokenError&) {
        throw;
    } catch (const std::exception& error) {
        log::error("pin.unreadable", {{"label", label_}, {"reason", error.what()}});
        throw TokenError(TokenFault::pin, "The token's PIN can't be read from its source");
    }
    const CK_RV value = p11.C_Login(session_->handle(), CKU_USER, pin.writable().data(), pin.size());
    if (value == CKR_USER_ALREADY_LOGGED_IN) return;
    if (value != CKR_OK && meaning_of(value).fault == TokenFault::pin)
        latch("The token refuses the PIN: " + std::string(meaning_of(value).words), name_of(value));
    check("C_Login", value);
}

void Login::latch(const std::string& why, const std::string& code) {
    latched_ = why + "; an operator must set it right and have it reloaded";
    log::error("login.latched", {{"label", label_}, {"call", "C_Login"}, {"code", code}});
    throw TokenError(TokenFault::pin, latched_, "C_Login", code);
}

void Login::drop_void(std::uint64_t generation) {
    if (!session_ || generation_ == generation) return;
    session_->forget();
    session_.reset();
}

std::optional<Session> Login::lend(std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    drop_void(generation);
    return std::exchange(session_, std::nullopt);
}

void Login::take_back(Session session, std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    drop_void(generation);
    if (session_) return;  // the one in hand serves as well, and this one is closed
    session_ = std::move(session);
    generation_ = generation;
}

void Login::end(Module& module) {
    const std::lock_guard lock(mutex_);
    if (!session_) return;
    const auto use = module.use_of(generation_);
    if (!use) session_->forget();
    session_.reset();
}

}  // namespace keyward::hsm
