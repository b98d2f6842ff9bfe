#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "hsm/mechanism_codes.hpp"
#include "hsm/session_pool.hpp"

namespace keyward::hsm {

/// The mechanisms that a token lists, and what it says that each is for (CKF_ of CK_MECHANISM_INFO).
class MechanismList {
  public:
    /// Asks the token in this slot about the mechanisms of our table.
    MechanismList(const Functions& p11, CK_SLOT_ID slot);

    /// Whether the token offers it for that: all of the flags.
    [[nodiscard]] bool offers(CK_MECHANISM_TYPE code, CK_FLAGS flags) const;
    /// The names of the table's mechanisms that it offers, if need be with the digest made outside.
    [[nodiscard]] std::set<std::string> names() const;

  private:
    struct Listed {
        CK_MECHANISM_TYPE code;
        CK_FLAGS flags;
    };
    std::vector<Listed> listed_;
};

/// What the token of a pool lists, read once for each era. Any thread may call.
class Offered {
  public:
    std::shared_ptr<const MechanismList> in(Lease& lease);

  private:
    std::mutex mutex_;
    Lease::Era era_{};
    std::shared_ptr<const MechanismList> list_;
};

}  // namespace keyward::hsm
