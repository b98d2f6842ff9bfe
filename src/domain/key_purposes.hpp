#pragma once

#include <string>

#include "domain/mechanisms.hpp"
#include "keys/key_policy.hpp"

namespace keyward {

/// Which mechanisms may belong to one key, and which of them can change without new content. Mechanisms
/// belong to the object in the token: an AES key in another mode can decrypt what the first mode encrypted,
/// and an RSA key that decrypts by PKCS#1 v1.5 can be made to forge signatures (Bleichenbacher). See NIST SP
/// 800-57 part 1, section 5.2: one purpose a key.

/// The mechanisms that a key of this algorithm gets when the request names none.
MechanismList default_mechanisms(keys::Algorithm algorithm, const keys::KeyPolicy& policy);

/// Whether the mechanisms serve both signatures and encryption.
bool have_two_purposes(keys::Algorithm algorithm, const MechanismList& mechanisms);

/// Why one key cannot have all these mechanisms, which fit its algorithm. Empty when it can.
std::string conflict_among(keys::Algorithm algorithm, const MechanismList& mechanisms,
                           const keys::KeyPolicy& policy);

/// Every mechanism that a key with these can get later without new content, in the table's order: its own,
/// and the signatures (HMACs) that the same object can make. An object in a token is limited to these.
MechanismList reachable_without_content(keys::Algorithm algorithm, const MechanismList& mechanisms);

/// Whether a key's mechanisms may change this way without new objects: mechanisms are removed, or change
/// among the signatures (HMACs). RSA-PKCS is never added or removed without content.
bool may_change_without_content(keys::Algorithm algorithm, const MechanismList& from,
                                const MechanismList& to);

}  // namespace keyward
