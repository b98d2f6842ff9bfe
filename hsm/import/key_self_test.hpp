#pragma once

#include <optional>
#include <span>
#include <string>

#include "domain/token.hpp"
#include "hsm/cryptoki/output_length.hpp"
#include "hsm/objects/allowed_mechanisms.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Self-tests of an object that was just created: the token uses it, and software checks the result against
/// the key material or the public key that the token reports. All throw TokenFault::refused when the token
/// can't use the key, and TokenFault::mismatch when the result is wrong.

/// Encrypts a zero block, or makes a MAC when the key may not encrypt. Returns the key check value in
/// upper-case hex; it is computed in the token where `reported` (CKA_CHECK_VALUE) is empty and the test
/// yields one. Returns an empty string when the test yields none, as with AES-GCM only. `allowed` limits the
/// object's mechanisms, here and below: the test uses no others.
std::string try_secret(Lease& lease, CK_OBJECT_HANDLE object, const keys::SecretKey& key,
                       const KeyUsages& uses, const MechanismCodes& allowed, ByteView reported);

/// Tests that the private object signs, or decrypts, consistently with `reported`, the public key that the
/// token reports.
void try_private(Lease& lease, CK_OBJECT_HANDLE object, const keys::PublicKey& reported,
                 const KeyUsages& uses, const MechanismCodes& allowed);

/// Tests that a public key without its private key refuses a wrong signature, or encrypts.
void try_public(Lease& lease, CK_OBJECT_HANDLE object, const keys::PublicKey& reported, const KeyUsages& uses,
                const MechanismCodes& allowed);

// The calls that the self-tests consist of.

/// A mechanism and its input. The first candidate that the token supports is used: some tokens have only the
/// bare mechanism, others only the one with the digest.
struct Candidate {
    CK_MECHANISM_TYPE code;
    std::span<std::uint8_t> parameter{};
    ByteView input;
    OutputLength length;  ///< of the output
};

/// Each returns nothing when the token supports none of the candidates for this object.
std::optional<Bytes> sign_with(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates);
std::optional<Bytes> encrypt_with(Lease& lease, CK_OBJECT_HANDLE object,
                                  std::span<const Candidate> candidates);
std::optional<Bytes> decrypt_with(Lease& lease, CK_OBJECT_HANDLE object,
                                  std::span<const Candidate> candidates);
/// Returns the result of C_Verify for the signature.
std::optional<CK_RV> verify_with(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates,
                                 ByteView signature);

}  // namespace keyward::hsm
