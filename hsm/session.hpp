#pragma once

#include "hsm/cryptoki.hpp"

namespace keyward::hsm {

/// One read-write Cryptoki session; closed at its end unless it was forgotten. Whoever holds one holds a
/// Module::Use while it is used and closed. Not for several threads at once (PKCS#11 2.40 section 2.6: one
/// operation of a kind a session).
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
    /// Asks the token whether the session lives (C_GetSessionInfo).
    [[nodiscard]] Health health() const;
    /// The handle is void, and may be another session's by now: it is not closed.
    void forget() { p11_ = nullptr; }

  private:
    void close() noexcept;

    const Functions* p11_;
    CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
};

}  // namespace keyward::hsm
