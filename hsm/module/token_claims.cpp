#include "hsm/module/token_claims.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "domain/token.hpp"

namespace keyward::hsm {
namespace {

bool may_share(const Claimant& one, const Claimant& other) {
    return one.shares && other.shares &&
           (one.type == other.type || (one.type != "PRODUCTION" && other.type != "PRODUCTION"));
}

[[noreturn]] void refuse(const Claimant& claimant, const Claimant& holder) {
    log::error("token.of_another_environment",
               {{"environment", claimant.name},
                {"holder", holder.name},
                {"remedy",
                 "give each environment a token of its own; environments of one type may say shared_token = "
                 "true in both"}});
    throw TokenError(TokenFault::unreachable, "The token of environment " + claimant.name +
                                                  " is that of environment " + holder.name +
                                                  " already, and they do not share it");
}

}  // namespace

void TokenClaims::take(const Claimant& claimant, CK_SLOT_ID slot, std::uint64_t generation) {
    const Lock lock(mutex_);
    std::erase_if(claims_, [&](const Claim& claim) {
        return claim.generation != generation || claim.holder.name == claimant.name;
    });
    for (const Claim& claim : claims_)
        if (claim.slot == slot && !may_share(claimant, claim.holder)) refuse(claimant, claim.holder);
    claims_.push_back({.holder = claimant, .slot = slot, .generation = generation});
}

void TokenClaims::release(const Claimant& claimant) {
    const Lock lock(mutex_);
    std::erase_if(claims_, [&](const Claim& claim) { return claim.holder.name == claimant.name; });
}

}  // namespace keyward::hsm
