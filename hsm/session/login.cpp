#include "hsm/session/login.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"
#include "hsm/cryptoki/errors.hpp"

namespace keyward::hsm {

namespace {

constexpr CK_FLAGS tells_of_wrong_pins =
    CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;

CK_FLAGS flags_of(const Functions& p11, CK_SLOT_ID slot) {
    CK_TOKEN_INFO token{};
    check("C_GetTokenInfo", p11.C_GetTokenInfo(slot, &token));
    return token.flags;
}

/// Whether the token has set flags that it did not have before and that show a counted wrong PIN.
bool counted_as_wrong(const Functions& p11, CK_SLOT_ID slot, CK_FLAGS before) {
    CK_TOKEN_INFO token{};
    return p11.C_GetTokenInfo(slot, &token) == CKR_OK && (token.flags & tells_of_wrong_pins & ~before) != 0;
}

/// Whether the value means that the PIN did not reach the token. Any other value may be the module's own code
/// for a wrong PIN.
bool never_arrived(CK_RV value) {
    return value == CKR_SESSION_HANDLE_INVALID || value == CKR_SESSION_CLOSED ||
           value == CKR_CRYPTOKI_NOT_INITIALIZED || value == CKR_TOKEN_NOT_PRESENT ||
           value == CKR_DEVICE_REMOVED || value == CKR_SESSION_READ_ONLY_EXISTS ||
           value == CKR_USER_ANOTHER_ALREADY_LOGGED_IN || value == CKR_USER_TOO_MANY_TYPES;
}

}  // namespace

Login::Login(Module& module, std::string label, PinSource pin)
    : module_(module), label_(std::move(label)), pin_(std::move(pin)) {
    module_.add(*this);
}

void Login::ensure(const Module::UseGuard& use, const FoundToken& token) {
    const Lock lock(mutex_);
    drop_void(use.generation());
    if (session_ && session_->health() == Session::Health::lost) session_.reset();
    if (!session_) {
        session_.emplace(use.p11(), token.slot);
        generation_ = use.generation();
        ++beginnings_;
    }
    attempts_ = module_.login_attempts(token.identity);
    if (session_->health() == Session::Health::logged_in) return;
    log_in(use.p11(), token);
    if (!needless_) ++beginnings_;
}

bool Login::lives(const Module::UseGuard& use) {
    const Lock lock(mutex_);
    if (!session_ || generation_ != use.generation()) return false;
    const Session::Health health = session_->health();
    return health == Session::Health::logged_in || (health == Session::Health::public_only && needless_);
}

void Login::log_in(const Functions& p11, const FoundToken& token) {
    const CK_FLAGS flags = flags_of(p11, token.slot);
    needless_ = (flags & CKF_LOGIN_REQUIRED) == 0;
    if (needless_) return;
    if (reloaded_.exchange(false)) {
        attempts_->resume();
        asked_for_ = true;
    }
    if (const auto stop = attempts_->stop()) throw_stopped(*stop);
    require_tries_left(flags);
    send(p11, token.slot, read_pin(), flags);
}

// Remembers nothing: the token's flags show when the condition ends.
void Login::require_tries_left(CK_FLAGS flags) {
    LoginAttempts::Stop stop{.fault = TokenFault::pin, .text = {}, .code = {}};
    if ((flags & CKF_USER_PIN_LOCKED) != 0) {
        stop.text = "The token's PIN is locked; an operator must unlock it";
        stop.code = "CKF_USER_PIN_LOCKED";
    } else if ((flags & CKF_USER_PIN_FINAL_TRY) != 0 && !asked_for_) {
        stop.text =
            "One more wrong PIN would lock the token, so no login is tried; an operator must make sure of "
            "the "
            "PIN and have it tried with: keyward check --login";
        stop.code = "CKF_USER_PIN_FINAL_TRY";
    }
    if (stop.code.empty()) {
        told_of_tries_.clear();
        return;
    }
    if (std::exchange(told_of_tries_, stop.code) != stop.code)
        log::error("login.latched", {{"label", label_}, {"call", "C_GetTokenInfo"}, {"code", stop.code}});
    throw_stopped(stop);
}

SecretBytes Login::read_pin() const {
    try {
        return pin_();
    } catch (const TokenError&) {
        throw;
    } catch (const std::exception& error) {
        log::error("pin.unreadable", {{"label", label_}, {"reason", error.what()}});
        throw TokenError(TokenFault::pin, "The token's PIN can't be read from its source", {}, {},
                         TokenPhase::logging_in);
    }
}

void Login::send(const Functions& p11, CK_SLOT_ID slot, SecretBytes pin, CK_FLAGS flags_before) {
    LoginAttempts::PinDigest mark = attempts_->digest_of(pin);
    if (attempts_->has_refused(mark))
        latch(std::move(mark), "The PIN is the one that the token refused, and is not sent again",
              "not sent again");
    asked_for_ = false;
    const CK_RV value = p11.C_Login(session_->handle(), CKU_USER, pin.writable().data(), pin.size());
    if (value == CKR_USER_ALREADY_LOGGED_IN) return;
    if (value == CKR_OK) return attempts_->accepted(std::move(mark));
    const LoginAttempts::Stop failure{.fault = failure_of("C_Login", value).fault,
                                      .text = failure_of("C_Login", value).text,
                                      .code = name_of(value)};
    if (failure.fault == TokenFault::pin) latch(std::move(mark), failure.text, failure.code);
    if (never_arrived(value)) check("C_Login", value);
    if (counted_as_wrong(p11, slot, flags_before))
        latch(std::move(mark), "The token counts a wrong PIN", failure.code);
    const auto pause = attempts_->failed_unclearly(
        std::move(mark), {.fault = failure.fault,
                          .text = failure.text + "; it is tried again after a pause",
                          .code = failure.code});
    if (pause.count() > 0)
        log::error("login.paused", {{"label", label_},
                                    {"code", failure.code},
                                    {"seconds", static_cast<std::size_t>(pause.count())}});
    check("C_Login", value);
}

void Login::throw_stopped(const LoginAttempts::Stop& stop) const {
    throw TokenError(stop.fault, stop.text, "C_Login", stop.code, TokenPhase::logging_in);
}

void Login::latch(LoginAttempts::PinDigest pin, const std::string& why, const std::string& code) {
    const LoginAttempts::Stop stop{.fault = TokenFault::pin,
                                   .text = why + "; an operator must set it right and have it reloaded",
                                   .code = code};
    log::error("login.latched", {{"label", label_}, {"call", "C_Login"}, {"code", code}});
    attempts_->refused(std::move(pin), stop);
    throw_stopped(stop);
}

bool Login::can_be_repeated() {
    const Lock lock(mutex_);
    if (!session_ || needless_) return true;
    try {
        return attempts_ && attempts_->accepted_last(attempts_->digest_of(pin_()));
    } catch (const std::exception&) {
        return false;
    }
}

void Login::drop_void(std::uint64_t generation) {
    if (!session_ || generation_ == generation) return;
    session_->forget();
    session_.reset();
}

std::optional<Session> Login::lend(std::uint64_t generation) {
    const Lock lock(mutex_);
    drop_void(generation);
    return std::exchange(session_, std::nullopt);
}

void Login::take_back(Session session, std::uint64_t generation) {
    const Lock lock(mutex_);
    drop_void(generation);
    if (session_) return;  // the current session stays, and the returned one is closed
    session_ = std::move(session);
    generation_ = generation;
}

void Login::end() {
    const Lock lock(mutex_);
    if (!session_) return;
    const auto use = module_.use_of(generation_);
    if (!use) session_->forget();
    session_.reset();
}

}  // namespace keyward::hsm
