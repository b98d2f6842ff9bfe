#pragma once

#include <string>

#include "hsm/module/module.hpp"

namespace keyward::hsm {

/// Which token is looked for. The slot's number is never a criterion: it changes.
struct WantedToken {
    std::string label;   ///< empty: any
    std::string serial;  ///< empty: any
    bool found_before;   ///< the serial number is not configured: it is that of the token found first
};

/// The module does not show the token that is wanted, or can't read it.
class TokenAbsent : public TokenError {
  public:
    explicit TokenAbsent(const TokenError& error) : TokenError(error) {}
};

/// Finds the one token that is wanted. Throws TokenAbsent when there is none, and TokenFault::unreachable
/// when there are several, and when another than the one found first is in its place.
FoundToken bind_token(Module& module, const Module::UseGuard& use, const WantedToken& wanted);

/// Whether the token that the slot holds now is this one. Throws when the slot can't say.
bool is_in_place(const Module::UseGuard& use, const FoundToken& token);

}  // namespace keyward::hsm
