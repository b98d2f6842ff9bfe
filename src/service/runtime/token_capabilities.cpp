#include "service/runtime/token_capabilities.hpp"

#include "service/runtime/token_errors.hpp"

namespace keyward::service {
namespace {

std::string listed(const std::set<Digest>& hashes) {
    std::string text;
    for (const Digest hash : hashes)
        text += (text.empty() ? "" : ", ") + std::string(to_string(hash));
    return text.empty() ? "none" : text;
}

}  // namespace

TokenCapabilities capabilities_of(Environment& environment, const std::string& pointer) {
    try {
        return environment.call<TokenCapabilities>([](Token& token) {
            return TokenCapabilities{token.mechanisms(), token.oaep_hashes()};
        });
    } catch (const TokenError& error) {
        throw service_error_of(error, environment.name(), pointer);
    }
}

std::optional<FieldError> missing_in(const TokenCapabilities& offer, const CryptoRequest& operation,
                                     const std::string& pointer, const std::string& environment) {
    const std::string name(operation.mechanism->name);
    if (operation.mechanism->scheme != Scheme::rsa_oaep) {
        if (offer.mechanisms.contains(name)) return std::nullopt;
        return not_offered(pointer, environment);
    }
    if (offer.oaep_hashes.contains(operation.oaep_hash)) return std::nullopt;
    return FieldError{pointer + "/hash", "the token of environment " + environment + " does not decrypt " +
                                             name + " with it; it does with " + listed(offer.oaep_hashes)};
}

FieldError not_offered(const std::string& pointer, const std::string& environment) {
    return {pointer + "/mechanism", "the token of environment " + environment + " does not offer it"};
}

}  // namespace keyward::service
