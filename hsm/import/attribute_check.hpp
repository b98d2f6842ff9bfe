#pragma once

#include "domain/token.hpp"
#include "hsm/objects/allowed_mechanisms.hpp"
#include "hsm/objects/attribute_policy.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// What the token reports of an object, beyond what was already compared.
struct Reported {
    Bytes check_value;                          ///< CKA_CHECK_VALUE; empty when the token reports none
    std::optional<keys::PublicKey> public_key;  ///< of a public object, built from its attributes
};

/// Reads an object's attributes in one call and compares class, type, CKA_ID, label and all flags with the
/// request. Throws TokenFault::mismatch that names the attribute, the reported and the requested value.
/// Throws TokenFault::refused when the token does not report the requested allowed mechanisms.
Reported read_back(Lease& lease, CK_OBJECT_HANDLE object, const ImportRequest& order,
                   const MechanismCodes& allowed, ObjectClass object_class, CK_KEY_TYPE type);

}  // namespace keyward::hsm
