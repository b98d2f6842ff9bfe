#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "hsm/cryptoki/cryptoki.hpp"
#include "hsm/module/claimant.hpp"

namespace keyward::hsm {

/// Which environments have which token of one module. Two of them on one token would each take the other's
/// keys for unknown objects, and a production key would be used from a test environment; so both must say
/// that they share it, and PRODUCTION shares with its own kind alone. What the configuration can't tell, as a
/// label here and a serial number there, is seen when the tokens are bound. Any thread may call.
class TokenClaims {
  public:
    /// Throws TokenFault::unreachable when another environment has the token and it is not shared. An earlier
    /// claim of the claimant ends. A claim of an earlier generation of the module counts no more.
    void take(const Claimant& claimant, CK_SLOT_ID slot, std::uint64_t generation);
    /// The claimant has lost its token.
    void release(const Claimant& claimant);

  private:
    struct Claim {
        Claimant holder;
        CK_SLOT_ID slot;
        std::uint64_t generation;
    };

    std::mutex mutex_;
    std::vector<Claim> claims_;
};

}  // namespace keyward::hsm
