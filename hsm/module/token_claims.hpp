#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/mutex.hpp"
#include "hsm/cryptoki/cryptoki.hpp"
#include "hsm/open_token.hpp"

namespace keyward::hsm {

/// Records which environment uses which token of one module. Two environments on one token would each see the
/// other's keys as unknown objects, and a production key could be used from a test environment. So both must
/// declare that they share the token, and PRODUCTION is shared only with PRODUCTION. The configuration can't
/// detect all cases (a label in one environment, a serial number in the other), so claims are checked when a
/// token is bound. Thread-safe.
class TokenClaims {
  public:
    /// Throws TokenFault::unreachable when another environment has the token and it is not shared. Ends an
    /// earlier claim of the claimant. Ignores claims of an earlier generation of the module.
    void take(const Claimant& claimant, CK_SLOT_ID slot, std::uint64_t generation);
    /// Ends the claim of a claimant that has lost its token.
    void release(const Claimant& claimant);

  private:
    struct Claim {
        Claimant holder;
        CK_SLOT_ID slot;
        std::uint64_t generation;
    };

    Mutex mutex_;
    std::vector<Claim> claims_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::hsm
