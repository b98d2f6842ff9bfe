#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// What a mechanism that does not hash itself is given of a digest.
enum class DigestForm : std::uint8_t {
    none,      ///< nothing: there is no such mechanism, or it takes the message itself
    info,      ///< its DigestInfo
    whole,     ///< its value
    leftmost,  ///< as many of its first octets as the curve's order has (FIPS 186-5 section 6.4.1)
};

/// A mechanism of the service's operations table, and how it is asked for in Cryptoki.
struct MechanismCode {
    std::string_view name;   ///< as in mechanism_table()
    CK_MECHANISM_TYPE code;  ///< for input
    /// For a digest, and for input that is hashed outside where the token lacks `code`; `code` again when
    /// there is none.
    CK_MECHANISM_TYPE instead;
    DigestForm form;  ///< what `instead` is given
    CK_FLAGS needs;   ///< CKF_ of CK_MECHANISM_INFO without which the token does not really offer it
};

std::span<const MechanismCode> mechanism_codes();

/// The row of that name, which must be one of the service's table.
const MechanismCode& code_of(std::string_view name);

}  // namespace keyward::hsm
