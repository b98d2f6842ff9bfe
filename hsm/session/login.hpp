#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.hpp"
#include "base/secret_bytes.hpp"
#include "hsm/module/module.hpp"
#include "hsm/session/login_attempts.hpp"
#include "hsm/session/session.hpp"

namespace keyward::hsm {

/// Source of the PIN: called at each login, its result is never stored. A TokenError that it throws reaches
/// the caller unchanged, and the source has already logged the reason. Any other exception is logged as
/// `pin.unreadable`.
using PinSource = std::function<SecretBytes()>;

/// The user's login to one token. A session of its own holds it; that session is lent only where the token
/// has room for no other. Nothing logs out: C_Logout ends the login of every session of the process
/// (PKCS#11 2.40 section 5.6). Failed attempts are remembered for each token (LoginAttempts), so that retries
/// never lock it: after a refused PIN, only `reload` allows another attempt, and only with another PIN.
/// Thread-safe.
class Login {
  public:
    Login(Module& module, std::string label, PinSource pin);
    Login(const Login&) = delete;
    Login& operator=(const Login&) = delete;
    Login(Login&&) = delete;
    Login& operator=(Login&&) = delete;
    ~Login() { module_.remove(*this); }

    /// When this returns, every session of the token has user access. Throws without calling the token when
    /// the PIN was refused before or is locked (TokenFault::pin), when the token has one try left and no
    /// operator requested it (pin), and during the pause after attempts without a clear result (unreachable).
    void ensure(const Module::UseGuard& use, const FoundToken& token);
    /// Whether the session exists and still has the login, or needs none. Repairs nothing.
    [[nodiscard]] bool lives(const Module::UseGuard& use);
    /// Whether the token requires no login; known after `ensure`.
    [[nodiscard]] bool needless() const { return needless_; }
    /// Number of times that a login session was opened or logged in. While it does not change, the token has
    /// not lost the process's sessions.
    [[nodiscard]] std::uint64_t beginnings() const { return beginnings_; }
    /// Allows the next `ensure` to try a login again, even with the token's last try. Never waits, not even
    /// while a call hangs in the module.
    void reload() { reloaded_ = true; }
    /// Whether a login that is lost now could be repeated: the source returns the PIN that the token
    /// accepted. The caller must hold no Module::UseGuard.
    [[nodiscard]] bool can_be_repeated();
    /// Lends the login session itself, for a token that has room for no other. Returns nothing when there is
    /// no login session of that generation. `ensure` must not be called until the session is taken back or
    /// has ended.
    std::optional<Session> lend(std::uint64_t generation);
    void take_back(Session session, std::uint64_t generation);
    /// Ends the session: closes it if the module is still of its generation, forgets it otherwise.
    void end();

  private:
    void log_in(const Functions& p11, const FoundToken& token) KEYWARD_REQUIRES(mutex_);
    void require_tries_left(CK_FLAGS flags) KEYWARD_REQUIRES(mutex_);
    [[nodiscard]] SecretBytes read_pin() const;
    void send(const Functions& p11, CK_SLOT_ID slot, SecretBytes pin, CK_FLAGS flags_before)
        KEYWARD_REQUIRES(mutex_);
    [[noreturn]] void throw_stopped(const LoginAttempts::Stop& stop) const;
    /// Forgets a session of another generation of the module.
    void drop_void(std::uint64_t generation) KEYWARD_REQUIRES(mutex_);
    [[noreturn]] void latch(LoginAttempts::PinDigest pin, const std::string& why, const std::string& code)
        KEYWARD_REQUIRES(mutex_);

    Module& module_;
    const std::string label_;  ///< of the token, for the log
    const PinSource pin_;
    Mutex mutex_;
    std::optional<Session> session_ KEYWARD_GUARDED_BY(mutex_);
    std::uint64_t generation_ KEYWARD_GUARDED_BY(mutex_) = 0;
    /// Of the token; shared by all its users in this process.
    std::shared_ptr<LoginAttempts> attempts_ KEYWARD_GUARDED_BY(mutex_);
    std::string told_of_tries_ KEYWARD_GUARDED_BY(mutex_);  ///< ensures that the warning is logged only once
    bool asked_for_ KEYWARD_GUARDED_BY(mutex_) = false;     ///< an operator requested the next attempt
    std::atomic<std::uint64_t> beginnings_ = 0;
    std::atomic<bool> needless_ = false;
    std::atomic<bool> reloaded_ = false;  ///< not guarded by mutex_, which is held during calls of the module
};

}  // namespace keyward::hsm
