#include "hsm/token_binding.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "hsm/bounds.hpp"

namespace keyward::hsm {
namespace {

using service::TokenError;
using service::TokenFault;

[[noreturn]] void throw_swapped(const WantedToken& wanted, const FoundToken& found) {
    log::error("token.swapped",
               {{"label", wanted.label}, {"serial", found.identity.serial}, {"expected", wanted.serial}});
    throw TokenError(TokenFault::unreachable,
                     "The token in place is not the one that this service found first: it has the same label "
                     "and another serial number; put the right token back or restart");
}

[[noreturn]] void throw_unbound(const WantedToken& wanted, std::size_t matches, std::size_t all) {
    log::warn("token.not_bound",
              {{"label", wanted.label}, {"serial", wanted.serial}, {"matches", matches}, {"tokens", all}});
    throw TokenError(TokenFault::unreachable,
                     matches == 0 ? "The token can't be reached: the module shows no token with the "
                                    "configured label and serial number"
                                  : "The token can't be told from others: several have the configured "
                                    "label; token_serial must pin one");
}

}  // namespace

FoundToken bind_token(Module& module, const Module::Use& use, const WantedToken& wanted) {
    std::vector<FoundToken> tokens = module.tokens(use);
    const std::size_t all = tokens.size();
    if (!wanted.label.empty())
        std::erase_if(tokens, [&](const FoundToken& token) { return token.identity.label != wanted.label; });
    const std::vector<FoundToken> of_the_label = tokens;
    if (!wanted.serial.empty())
        std::erase_if(tokens,
                      [&](const FoundToken& token) { return token.identity.serial != wanted.serial; });
    if (tokens.size() == 1) return std::move(tokens.front());
    if (wanted.found_before && tokens.empty() && !of_the_label.empty())
        throw_swapped(wanted, of_the_label.front());
    throw_unbound(wanted, tokens.size(), all);
}

bool is_in_place(const Module::Use& use, const FoundToken& token) {
    CK_TOKEN_INFO info{};
    check("C_GetTokenInfo", use.p11().C_GetTokenInfo(token.slot, &info));
    return text_of_field(info.serialNumber) == token.identity.serial;
}

}  // namespace keyward::hsm
