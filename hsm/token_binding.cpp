#include "hsm/token_binding.hpp"

#include <algorithm>

#include "core/log.hpp"

namespace keyward::hsm {

FoundToken bind_token(Module& module, const Module::Use& use, const std::string& label,
                      const std::string& serial) {
    std::vector<FoundToken> tokens = module.tokens(use);
    const std::size_t all = tokens.size();
    std::erase_if(tokens, [&](const FoundToken& token) {
        return token.identity.label != label || (!serial.empty() && token.identity.serial != serial);
    });
    if (tokens.size() == 1) return std::move(tokens.front());

    log::warn("token.not_bound",
              {{"label", label}, {"serial", serial}, {"matches", tokens.size()}, {"tokens", all}});
    if (tokens.empty())
        throw service::TokenError(service::TokenFault::unreachable,
                                  "The token can't be reached: the module shows no token with the configured "
                                  "label and serial number");
    throw service::TokenError(
        service::TokenFault::unreachable,
        "The token can't be told from others: several have the configured label; token_serial must pin one");
}

}  // namespace keyward::hsm
