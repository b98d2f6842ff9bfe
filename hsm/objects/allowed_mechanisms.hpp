#pragma once

#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "domain/token.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// A value of CKA_ALLOWED_MECHANISMS (PKCS#11 3.0 section 4.7.2). Empty: the object is not limited.
using MechanismCodes = std::vector<CK_MECHANISM_TYPE>;

/// What the objects of an import are limited to: the key's mechanisms, those that it may change to without
/// content, and the bare mechanisms that take their digests. Empty when the order names no mechanisms.
MechanismCodes allowed_mechanisms(const ImportRequest& order);

/// Whether an object that is limited to these codes has this one; any has it where there is no limit.
bool allows(std::span<const CK_MECHANISM_TYPE> allowed, CK_MECHANISM_TYPE code);

/// What a token makes of CKA_ALLOWED_MECHANISMS, for each kind of key. Modules that don't know the attribute
/// refuse the whole object, with codes as different as CKR_ATTRIBUTE_TYPE_INVALID and CKR_GENERAL_ERROR. It
/// is learnt from the imports themselves, so that one more call is made only after a failure, and again for
/// each generation of the module. Any thread may call.
class MechanismLimits {
  public:
    /// What the objects of the order are to be limited to; empty where the token is known not to do it.
    [[nodiscard]] MechanismCodes for_import(const Lease& lease, const ImportRequest& order);
    /// Whether an import with a limit may have failed because of it, so that it is worth another try without.
    /// May try session objects in the lease, and leaves none.
    [[nodiscard]] bool may_have_failed(Lease& lease, const ImportRequest& order, const TokenError& error);
    /// An import succeeded: with the limit, or without after it had failed with it.
    void learn(const Lease& lease, const ImportRequest& order, bool limited);

  private:
    enum class Support : std::uint8_t { unknown, there, absent };
    /// The type of the material, and the first of the allowed mechanisms: a token may know the attribute and
    /// not the mechanism.
    using Kind = std::pair<std::size_t, CK_MECHANISM_TYPE>;

    static Kind kind_of(const ImportRequest& order);
    Support support(const Lease& lease, const ImportRequest& order);
    void renew(const Lease& lease);

    std::mutex mutex_;  ///< guards what follows; no module call is made under it
    std::uint64_t generation_ = 0;
    Support everywhere_ = Support::unknown;
    std::map<Kind, Support> kinds_;
};

}  // namespace keyward::hsm
