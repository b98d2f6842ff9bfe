#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "hsm/cryptoki.hpp"

namespace keyward::hsm {

/// A mechanism of the service's operations table and what carries it in Cryptoki.
struct MechanismCode {
    std::string_view name;  ///< as in service::mechanism_table()
    CK_MECHANISM_TYPE code;
    CK_MECHANISM_TYPE
    instead;         ///< serves as well, the digest being made outside; `code` again when there is none
    CK_FLAGS needs;  ///< CKF_ of CK_MECHANISM_INFO without which the token does not really offer it
};

std::span<const MechanismCode> mechanism_codes();

/// The names of those that the token in this slot offers.
std::set<std::string> offered_mechanisms(const Functions& p11, CK_SLOT_ID slot);

}  // namespace keyward::hsm
