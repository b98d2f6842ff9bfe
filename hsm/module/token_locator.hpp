#pragma once

#include <string>

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
FoundToken bind_token(Module& module, const Module::UseGuard& use, const WantedToken& wanted);

/// Whether this token is still in its slot. Throws when the slot can't be read.
bool is_in_place(const Module::UseGuard& use, const FoundToken& token);

}  // namespace keyward::hsm
