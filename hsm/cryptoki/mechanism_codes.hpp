#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "domain/mechanisms.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// The form in which a mechanism that does not hash takes a digest.
enum class DigestForm : std::uint8_t {
    none,      ///< none: there is no such mechanism, or it takes the message itself
    info,      ///< DigestInfo
    whole,     ///< the digest value
    leftmost,  ///< the first octets of the digest, as many as the curve's order has (FIPS 186-5
               ///< section 6.4.1)
};

/// The Cryptoki codes of a mechanism.
struct MechanismCode {
    MechanismId id;
    CK_MECHANISM_TYPE code;  ///< takes the input itself
    /// Takes a digest; also used for input that is hashed in software when the token lacks `code`. Equal to
    /// `code` when there is no such mechanism.
    CK_MECHANISM_TYPE instead;
    DigestForm form;  ///< what `instead` takes as input
    CK_FLAGS needs;   ///< CKF_ flags of CK_MECHANISM_INFO that the token must set to count as supporting it
};

std::span<const MechanismCode> mechanism_codes();

const MechanismCode& code_of(MechanismId id);
/// The same for a name, which must be in mechanism_table().
const MechanismCode& code_of(std::string_view name);

}  // namespace keyward::hsm
