#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/secret_bytes.hpp"
#include "hsm/module.hpp"
#include "hsm/session.hpp"

namespace keyward::hsm {

/// Where the PIN comes from: read at each login, never kept. A service::TokenError of it goes to the caller
/// as it is, and the source has logged what is wrong; any other exception is logged as `pin.unreadable`.
using PinSource = std::function<SecretBytes()>;

/// The user's login to one token, held by a session that is not lent, but where the token has room for no
/// other. Nobody logs out: C_Logout ends the login of every session of the process (PKCS#11 2.40
/// section 5.6). A refused PIN latches, so that retries never lock the token: only `reload` makes another
/// attempt possible. Any thread may call.
class Login {
  public:
    Login(std::string label, PinSource pin);
    Login(const Login&) = delete;
    Login& operator=(const Login&) = delete;
    Login(Login&&) = delete;
    Login& operator=(Login&&) = delete;
    ~Login() = default;

    /// After it returns, every session of the token may do what a user may. Throws TokenFault::pin without
    /// asking the token when the PIN was refused before, is locked, or has one try left.
    void ensure(const Module::Use& use, CK_SLOT_ID slot);
    /// Whether the token wants no login at all; known after `ensure`.
    [[nodiscard]] bool needless() const { return needless_; }
    /// How often a login session was opened or logged in: while it stays the same, the token has not lost the
    /// process's sessions.
    [[nodiscard]] std::uint64_t beginnings() const { return beginnings_; }
    /// Lets the next `ensure` try a login again. Never waits, also while a call hangs in the module.
    void reload() { reloaded_ = true; }
    /// The login session itself, for a token that has room for no other; nothing when there is none of that
    /// generation. Until it is taken back, or has ended, `ensure` must not be called.
    std::optional<Session> lend(std::uint64_t generation);
    void take_back(Session session, std::uint64_t generation);
    /// Ends the session: closed while the module is of its generation, forgotten otherwise.
    void end(Module& module);

  private:
    void log_in(const Functions& p11, CK_SLOT_ID slot);
    /// Forgets a session of another generation of the module.
    void drop_void(std::uint64_t generation);
    [[noreturn]] void latch(const std::string& why, const std::string& code);

    const std::string label_;  ///< of the token, for the log
    const PinSource pin_;
    std::mutex mutex_;
    std::optional<Session> session_;
    std::uint64_t generation_ = 0;
    std::string latched_;  ///< why no login is tried any more; empty when one may be
    std::atomic<std::uint64_t> beginnings_ = 0;
    std::atomic<bool> needless_ = false;
    std::atomic<bool> reloaded_ = false;  ///< apart from mutex_, which is held across calls of the module
};

}  // namespace keyward::hsm
