#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/secret_bytes.hpp"
#include "hsm/module/module.hpp"
#include "hsm/session/login_attempts.hpp"
#include "hsm/session/session.hpp"

namespace keyward::hsm {

/// Where the PIN comes from: read at each login, never kept. A TokenError of it goes to the caller
/// as it is, and the source has logged what is wrong; any other exception is logged as `pin.unreadable`.
using PinSource = std::function<SecretBytes()>;

/// The user's login to one token, held by a session that is not lent, but where the token has room for no
/// other. Nobody logs out: C_Logout ends the login of every session of the process (PKCS#11 2.40
/// section 5.6). What was tried in vain is remembered for each token (LoginAttempts), so that retries never
/// lock it: after a refused PIN only `reload` makes another attempt possible, and only with another PIN. Any
/// thread may call.
class Login {
  public:
    Login(Module& module, std::string label, PinSource pin);
    Login(const Login&) = delete;
    Login& operator=(const Login&) = delete;
    Login(Login&&) = delete;
    Login& operator=(Login&&) = delete;
    ~Login() { module_.remove(*this); }

    /// After it returns, every session of the token may do what a user may. Throws without asking the token
    /// when the PIN was refused before or is locked (TokenFault::pin), when it has one try left and nobody
    /// asked for that one (pin), and between two attempts that gave no clear answer (unreachable).
    void ensure(const Module::UseGuard& use, const FoundToken& token);
    /// Whether the session is there and still has the login, or needs none; mends nothing.
    [[nodiscard]] bool lives(const Module::UseGuard& use);
    /// Whether the token wants no login at all; known after `ensure`.
    [[nodiscard]] bool needless() const { return needless_; }
    /// How often a login session was opened or logged in: while it stays the same, the token has not lost the
    /// process's sessions.
    [[nodiscard]] std::uint64_t beginnings() const { return beginnings_; }
    /// Lets the next `ensure` try a login again, also with the last try that the token gives. Never waits,
    /// also while a call hangs in the module.
    void reload() { reloaded_ = true; }
    /// Whether a login that is lost now would be made again: the source gives the PIN that the token
    /// accepted. The caller must hold no Use.
    [[nodiscard]] bool can_be_repeated();
    /// The login session itself, for a token that has room for no other; nothing when there is none of that
    /// generation. Until it is taken back, or has ended, `ensure` must not be called.
    std::optional<Session> lend(std::uint64_t generation);
    void take_back(Session session, std::uint64_t generation);
    /// Ends the session: closed while the module is of its generation, forgotten otherwise.
    void end();

  private:
    void log_in(const Functions& p11, const FoundToken& token);
    void require_tries_left(CK_FLAGS flags);
    [[nodiscard]] SecretBytes read_pin() const;
    void send(const Functions& p11, CK_SLOT_ID slot, SecretBytes pin, CK_FLAGS flags_before);
    [[noreturn]] void throw_stopped(const LoginAttempts::Stop& stop) const;
    /// Forgets a session of another generation of the module.
    void drop_void(std::uint64_t generation);
    [[noreturn]] void latch(LoginAttempts::PinDigest pin, const std::string& why, const std::string& code);

    Module& module_;
    const std::string label_;  ///< of the token, for the log
    const PinSource pin_;
    std::mutex mutex_;
    std::optional<Session> session_;
    std::uint64_t generation_ = 0;
    std::shared_ptr<LoginAttempts> attempts_;  ///< those of the token, whoever of the process logged in to it
    std::string told_of_tries_;                ///< so that it is logged once
    bool asked_for_ = false;                   ///< an operator asked for the next attempt
    std::atomic<std::uint64_t> beginnings_ = 0;
    std::atomic<bool> needless_ = false;
    std::atomic<bool> reloaded_ = false;  ///< apart from mutex_, which is held across calls of the module
};

}  // namespace keyward::hsm
