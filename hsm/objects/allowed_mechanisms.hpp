#pragma once

#include <map>
#include <span>
#include <vector>

#include "base/mutex.hpp"
#include "domain/token.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// A value of CKA_ALLOWED_MECHANISMS (PKCS#11 3.0 section 4.7.2). Empty: the object is not limited.
using MechanismCodes = std::vector<CK_MECHANISM_TYPE>;

/// The mechanisms that the objects of an import are limited to: the key's mechanisms, those that the key may
/// change to without its content, and the bare mechanisms that take their digests. Empty when the request
/// names no mechanisms.
MechanismCodes allowed_mechanisms(const ImportRequest& request);

/// Whether an object limited to these codes allows this one. An object without a limit allows every code.
bool allows(std::span<const CK_MECHANISM_TYPE> allowed, CK_MECHANISM_TYPE code);

/// Whether a token supports CKA_ALLOWED_MECHANISMS, for each kind of key. Modules that don't know the
/// attribute refuse the whole object, with codes as different as CKR_ATTRIBUTE_TYPE_INVALID and
/// CKR_GENERAL_ERROR. Support is learned from the imports themselves, so an extra call is made only after a
/// failure, and again for each generation of the module. Thread-safe.
class MechanismLimits {
  public:
    /// The mechanisms that the objects of the request are to be limited to; empty when the token is known not
    /// to support it.
    [[nodiscard]] MechanismCodes for_import(const Lease& lease, const ImportRequest& request);
    /// Whether an import with a limit may have failed because of the limit, so that a retry without it makes
    /// sense. May create session objects in the lease, and leaves none.
    [[nodiscard]] bool may_have_failed(Lease& lease, const ImportRequest& request, const TokenError& error);
    /// An import succeeded: with the limit, or without it after it had failed with it.
    void learn(const Lease& lease, const ImportRequest& request, bool limited);

  private:
    enum class Support : std::uint8_t { unknown, there, absent };
    /// The type of the material and the first of the allowed mechanisms: a token may know the attribute but
    /// not the mechanism.
    using Kind = std::pair<std::size_t, CK_MECHANISM_TYPE>;

    static Kind kind_of(const ImportRequest& request);
    Support support(const Lease& lease, const ImportRequest& request);
    void renew(const Lease& lease) KEYWARD_REQUIRES(mutex_);

    Mutex mutex_;  ///< guards the members below; never held during module calls
    std::uint64_t generation_ KEYWARD_GUARDED_BY(mutex_) = 0;
    Support everywhere_ KEYWARD_GUARDED_BY(mutex_) = Support::unknown;
    std::map<Kind, Support> kinds_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::hsm
