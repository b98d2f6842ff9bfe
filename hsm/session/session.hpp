#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

struct OpenedSession;

/// A read-write Cryptoki session. The destructor closes it unless it was forgotten, or the module has given
/// its number to a newer session of this process, which means that the module had already closed this one.
/// The holder must have a Module::UseGuard while the session is used and closed. Not thread-safe
/// (PKCS#11 2.40 section 2.6: one operation of a kind per session).
class Session {
  public:
    enum class Health { logged_in, public_only, lost };

    Session(const Functions& p11, CK_SLOT_ID slot);
    Session(Session&& other) noexcept;
    Session& operator=(Session&& other) noexcept;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    [[nodiscard]] CK_SESSION_HANDLE handle() const { return handle_; }
    [[nodiscard]] CK_SLOT_ID slot() const { return slot_; }
    /// Asks the token for the state of the session (C_GetSessionInfo). A session reported as lost may still
    /// exist, so it is closed like any other.
    [[nodiscard]] Health health() const;
    /// The module has been reinitialized and the handle is invalid: the session is not closed.
    void forget() noexcept;

  private:
    friend OpenedSession open_session(const Functions& p11, CK_SLOT_ID slot);
    Session(const Functions& p11, CK_SLOT_ID slot, CK_SESSION_HANDLE handle);
    void close() noexcept;

    const Functions* p11_;
    CK_SLOT_ID slot_;
    CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
    std::uint64_t opening_ = 0;  ///< distinguishes it from a newer session with the same number
};

/// Result of C_OpenSession, with the session if that is CKR_OK.
struct OpenedSession {
    CK_RV value;
    std::optional<Session> session;
};

OpenedSession open_session(const Functions& p11, CK_SLOT_ID slot);

/// Number of read-write sessions that this process may have open at once with the token in the slot,
/// according to its CK_TOKEN_INFO (PKCS#11 2.40 section 3.1). At most `configured`, never 0. A token without
/// a limit, or one that does not report it, gets `configured`.
std::size_t session_limit(const Functions& p11, CK_SLOT_ID slot, std::size_t configured);

/// Whether C_OpenSession may have failed because too many sessions are open. CloudHSM returns
/// CKR_ARGUMENTS_BAD in that case.
bool may_be_too_many_sessions(CK_RV value);

}  // namespace keyward::hsm
