#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "hsm/cryptoki/mechanism_codes.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The mechanisms that a token lists, and what it says that each is for (CKF_ of CK_MECHANISM_INFO).
class MechanismList {
  public:
    /// Asks the token in this slot for its list, and for nothing of each.
    MechanismList(const Functions& p11, CK_SLOT_ID slot);

    /// Whether the token has been asked what the mechanism is for, or does not list it.
    [[nodiscard]] bool knows(CK_MECHANISM_TYPE code) const;
    /// Asks it. Throws when it does not answer; it is not known then.
    void learn(const Functions& p11, CK_SLOT_ID slot, CK_MECHANISM_TYPE code);

    /// Whether the token offers it for that: all of the flags. False also while it is not known.
    [[nodiscard]] bool offers(CK_MECHANISM_TYPE code, CK_FLAGS flags) const;
    /// The names of the table's mechanisms that it offers, if need be with the digest made outside.
    [[nodiscard]] std::set<std::string> names() const;

  private:
    struct Known {
        CK_MECHANISM_TYPE code;
        bool is_offered;
        CK_FLAGS flags;
    };
    std::vector<CK_MECHANISM_TYPE> listed_;
    std::vector<Known> known_;
};

/// What the token of a pool lists. Read when the token is bound, by a ping, and kept: some tokens take longer
/// to tell of all mechanisms than a request may. A request that comes before waits for those alone that it
/// needs. After the sessions were lost the list is read again by pings, and the one before serves until that
/// is done. Any thread may call.
class MechanismInfoCache {
  public:
    using List = std::shared_ptr<const MechanismList>;

    /// All of the table.
    List in(Lease& lease);
    /// At least these. Throws when the token does not tell of one of them.
    List in(Lease& lease, std::span<const CK_MECHANISM_TYPE> wanted);
    /// Goes on to read the list of this epoch, for as long as the limit says. Throws when the token does not
    /// tell of a mechanism, and keeps what it told before.
    void read_ahead(const Functions& p11, CK_SLOT_ID slot, const SessionEpoch& epoch,
                    std::chrono::milliseconds limit);

  private:
    [[nodiscard]] List kept() const;
    void keep(List list);
    /// What a ping has read in that epoch: in the place of the list of another epoch only when it is
    /// complete.
    void keep(List list, const SessionEpoch& epoch);

    mutable std::mutex mutex_;
    List list_;
    List next_;  ///< of a newer epoch, not yet complete
    SessionEpoch epoch_{};
    SessionEpoch next_epoch_{};
};

}  // namespace keyward::hsm
