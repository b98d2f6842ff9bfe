#pragma once

#include <cstddef>

#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// Number of read-write sessions that this process may have open at once with the token in the slot,
/// according to its CK_TOKEN_INFO (PKCS#11 2.40 section 3.1). At most `configured`, never 0. A token without
/// a limit, or one that does not report it, gets `configured`.
std::size_t session_limit(const Functions& p11, CK_SLOT_ID slot, std::size_t configured);

/// Whether C_OpenSession may have failed because too many sessions are open. CloudHSM returns
/// CKR_ARGUMENTS_BAD in that case.
bool may_be_too_many_sessions(CK_RV value);

}  // namespace keyward::hsm
