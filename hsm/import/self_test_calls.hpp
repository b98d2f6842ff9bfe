#pragma once

#include <optional>
#include <span>

#include "hsm/cryptoki/output_length.hpp"
#include "hsm/session/session_pool.hpp"

namespace keyward::hsm {

/// Something a mechanism is to be applied to. Of several candidates the first that the token offers is taken:
/// some tokens have only the bare mechanism, others only the one with the digest.
struct Candidate {
    CK_MECHANISM_TYPE code;
    std::span<std::uint8_t> parameter;
    ByteView input;
    OutputLength length;  ///< of what comes out
};

/// The results are nothing when the token offers none of the candidates for this object.
std::optional<Bytes> sign_with(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates);
std::optional<Bytes> encrypt_with(Lease& lease, CK_OBJECT_HANDLE object,
                                  std::span<const Candidate> candidates);
std::optional<Bytes> decrypt_with(Lease& lease, CK_OBJECT_HANDLE object,
                                  std::span<const Candidate> candidates);
/// What C_Verify says of the signature.
std::optional<CK_RV> verify_with(Lease& lease, CK_OBJECT_HANDLE object, std::span<const Candidate> candidates,
                                 ByteView signature);

}  // namespace keyward::hsm
