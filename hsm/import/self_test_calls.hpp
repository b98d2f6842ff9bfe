#pragma once

#include <optional>
#include <span>

#include "hsm/cryptoki/output_length.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// A mechanism and its input. The first candidate that the token supports is used: some tokens have only the
/// bare mechanism, others only the one with the digest.
struct Candidate {
    CK_MECHANISM_TYPE code;
    std::span<std::uint8_t> parameter;
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
