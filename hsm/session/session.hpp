#pragma once

#include <cstdint>
#include <optional>

#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

struct OpenedSession;

/// One read-write Cryptoki session; closed at its end unless it was forgotten, or the module has given its
/// number to a newer session of this process: it had closed this one itself then. Whoever holds one holds a
/// Module::UseGuard while it is used and closed. Not for several threads at once (PKCS#11 2.40 section 2.6:
/// one operation of a kind a session).
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
    /// Asks the token whether the session lives (C_GetSessionInfo). One that is lost may live all the same:
    /// it is closed like any other.
    [[nodiscard]] Health health() const;
    /// The module was initialised again since, and the handle is void: it is not closed.
    void forget() noexcept;

  private:
    friend OpenedSession open_session(const Functions& p11, CK_SLOT_ID slot);
    Session(const Functions& p11, CK_SLOT_ID slot, CK_SESSION_HANDLE handle);
    void close() noexcept;

    const Functions* p11_;
    CK_SLOT_ID slot_;
    CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
    std::uint64_t opening_ = 0;  ///< tells it from a newer session of the same number
};

/// What C_OpenSession answered, and the session when that is CKR_OK.
struct OpenedSession {
    CK_RV value;
    std::optional<Session> session;
};

OpenedSession open_session(const Functions& p11, CK_SLOT_ID slot);

}  // namespace keyward::hsm
