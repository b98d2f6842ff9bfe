#pragma once

#include <vector>

#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {

/// As much of CK_TOKEN_INFO as tells one token from another.
struct RawToken {
    CK_SLOT_ID slot;
    bool initialised;
    TokenIdentity identity;
    bool operator==(const RawToken& other) const;
};

struct RawTokens {
    std::vector<RawToken> tokens;
    CK_RV unreadable = CKR_OK;  ///< what the first slot answered whose token can't be read
};

/// The slots with a token in them (PKCS#11 2.40 section 5.5), as Cryptoki shows them. A token that can't be
/// read is passed over, as one that goes while we look. Throws when the slots can't be listed.
RawTokens raw_tokens(const Functions& p11);

/// Whether all slots can be listed, each slot says what it is, and so does each token that is in one.
bool can_read_all_slots(const Functions& p11);

}  // namespace keyward::hsm
