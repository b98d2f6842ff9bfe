#pragma once

#include <cstddef>

#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// How many read-write sessions this process may have open at once with the token in the slot, as its
/// CK_TOKEN_INFO says (PKCS#11 2.40 section 3.1), and `configured` at most; never 0. A token that sets no
/// limit or does not tell one has room for as many as are configured.
std::size_t session_limit(const Functions& p11, CK_SLOT_ID slot, std::size_t configured);

/// Whether C_OpenSession may have failed because too many are open: CloudHSM says CKR_ARGUMENTS_BAD then.
bool may_be_too_many_sessions(CK_RV value);

}  // namespace keyward::hsm
