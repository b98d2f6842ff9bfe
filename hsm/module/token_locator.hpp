#pragma once

#include <string>
#include <vector>

#include "domain/token.hpp"
#include "hsm/cryptoki/cryptoki.hpp"
#include "hsm/module/module.hpp"

namespace keyward::hsm {

/// Describes the token to look for. The slot number is never a criterion: it changes.
struct WantedToken {
    std::string label;   ///< empty: any
    std::string serial;  ///< empty: any
    bool found_before;   ///< the serial number is not configured; it is that of the token found first
};

/// The module does not show the wanted token, or can't read it.
class TokenAbsent : public TokenError {
  public:
    explicit TokenAbsent(const TokenError& error) : TokenError(error) {}
};

/// Finds the wanted token. Throws TokenAbsent when there is none, and TokenFault::unreachable when there are
/// several or when another token has replaced the one found first.
FoundToken locate_token(Module& module, const Module::UseGuard& use, const WantedToken& wanted);

/// Whether this token is still in its slot. Throws when the slot can't be read.
bool is_in_place(const Module::UseGuard& use, const FoundToken& token);

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
