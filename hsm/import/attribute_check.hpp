#pragma once

#include "domain/token.hpp"
#include "hsm/objects/allowed_mechanisms.hpp"
#include "hsm/objects/attribute_policy.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// What the token says of an object, beyond what was compared already.
struct Reported {
    Bytes check_value;                          ///< CKA_CHECK_VALUE; empty when the token has none
    std::optional<keys::PublicKey> public_key;  ///< of a public object, built from its attributes
};

/// Reads an object's attributes in one call and compares class, type, CKA_ID, label and all flags with what
/// was asked. Throws TokenFault::mismatch that names the attribute, what the token reports and what was
/// asked. Throws TokenFault::refused when the token does not report the allowed mechanisms that were asked.
Reported read_back(Lease& lease, CK_OBJECT_HANDLE object, const ImportRequest& order,
                   const MechanismCodes& allowed, ObjectClass object_class, CK_KEY_TYPE type);

}  // namespace keyward::hsm
