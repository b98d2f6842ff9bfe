#pragma once

#include <string>

#include "domain/token.hpp"
#include "hsm/objects/allowed_mechanisms.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Trials of an object that has just been made: the token uses it, and software checks the result against the
/// material or the public key that the token reports. All throw TokenFault::refused when the token can't use
/// the key and TokenFault::mismatch when the result does not fit.

/// Encrypts a zero block, or makes a MAC when the key may not encrypt. Returns the key check value in
/// upper-case hex, made in the token where `reported` (CKA_CHECK_VALUE) is empty and the trial yields one;
/// empty when it yields none, as that of AES-GCM alone. `allowed` is what the object is limited to, here and
/// below: the trial uses nothing else.
std::string try_secret(Lease& lease, CK_OBJECT_HANDLE object, const keys::SecretKey& key,
                       const KeyUsages& uses, const MechanismCodes& allowed, ByteView reported);

/// The private object signs, or decrypts, something that fits `read_back`, the public key as the token
/// reports it.
void try_private(Lease& lease, CK_OBJECT_HANDLE object, const keys::PublicKey& read_back,
                 const KeyUsages& uses, const MechanismCodes& allowed);

/// A public key that came alone must refuse a wrong signature, or encrypt.
void try_public(Lease& lease, CK_OBJECT_HANDLE object, const keys::PublicKey& read_back,
                const KeyUsages& uses, const MechanismCodes& allowed);

}  // namespace keyward::hsm
