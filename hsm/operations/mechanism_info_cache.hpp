#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.hpp"
#include "hsm/cryptoki/mechanism_codes.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// The mechanisms that a token lists, and the operations that each supports (CKF_ flags of
/// CK_MECHANISM_INFO).
class MechanismList {
  public:
    /// Reads the list of the token in this slot, without the flags.
    MechanismList(const Functions& p11, CK_SLOT_ID slot);

    /// Whether the mechanism's flags have been read, or the token does not list it.
    [[nodiscard]] bool knows(CK_MECHANISM_TYPE code) const;
    /// Reads the flags. Throws when that fails; the mechanism then stays unknown.
    void learn(const Functions& p11, CK_SLOT_ID slot, CK_MECHANISM_TYPE code);

    /// Whether the token supports the mechanism with all of these flags. False while the mechanism is not
    /// known.
    [[nodiscard]] bool offers(CK_MECHANISM_TYPE code, CK_FLAGS flags) const;
    /// Names of the mechanisms of mechanism_table() that the token supports, including those that need the
    /// digest to be computed in software.
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

/// The mechanisms of a pool's token. A ping reads them when the token is bound, and they are cached: some
/// tokens take longer to report all mechanisms than a request may take. A request that comes earlier waits
/// only for the mechanisms that it needs. After the sessions were lost, pings read the list again, and the
/// previous list is used until that is complete. Thread-safe.
class MechanismInfoCache {
  public:
    using List = std::shared_ptr<const MechanismList>;

    /// All mechanisms of mechanism_table().
    List in(Lease& lease);
    /// At least these mechanisms. Throws when the token fails to report one of them.
    List in(Lease& lease, std::span<const CK_MECHANISM_TYPE> wanted);
    /// Continues to read the list of this epoch, for as long as `limit`. Throws when the token fails to
    /// report a mechanism, and keeps what was read before.
    void read_ahead(const Functions& p11, CK_SLOT_ID slot, const SessionEpoch& epoch,
                    std::chrono::milliseconds limit);

  private:
    [[nodiscard]] List kept() const;
    void keep(List list);
    /// Stores what a ping has read in that epoch. It replaces the list of another epoch only when it is
    /// complete.
    void keep(List list, const SessionEpoch& epoch);

    mutable Mutex mutex_;
    List list_ KEYWARD_GUARDED_BY(mutex_);
    List next_ KEYWARD_GUARDED_BY(mutex_);  ///< of a newer epoch, incomplete
    SessionEpoch epoch_ KEYWARD_GUARDED_BY(mutex_){};
    SessionEpoch next_epoch_ KEYWARD_GUARDED_BY(mutex_){};
};

}  // namespace keyward::hsm
