#pragma once

#include <vector>

#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// The fields of CK_TOKEN_INFO that distinguish tokens.
struct RawToken {
    CK_SLOT_ID slot;
    bool initialised;
    TokenIdentity identity;
    bool operator==(const RawToken& other) const;
};

struct RawTokens {
    std::vector<RawToken> tokens;
    CK_RV unreadable = CKR_OK;  ///< result for the first slot whose token can't be read
};

/// The slots that contain a token (PKCS#11 2.40 section 5.5), as Cryptoki shows them. Skips a token that
/// can't be read, such as one that is removed during the call. Throws when the slots can't be listed.
RawTokens raw_tokens(const Functions& p11);

/// Whether all slots can be listed, and each slot and each token in a slot can be read.
bool can_read_all_slots(const Functions& p11);

}  // namespace keyward::hsm
