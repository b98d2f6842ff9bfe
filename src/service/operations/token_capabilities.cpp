#include "service/operations/token_capabilities.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "domain/key_text.hpp"
#include "service/runtime/token_errors.hpp"

namespace keyward::service {

TokenCapabilities capabilities_of(Environment& environment, const std::string& pointer) {
    try {
        return environment.call<TokenCapabilities>([](Token& token) {
            return TokenCapabilities{token.mechanisms(), token.oaep_hashes()};
        });
    } catch (const TokenError& error) {
        throw service_error_of(error, environment.name(), pointer);
    }
}

std::optional<FieldError> missing_in(const TokenCapabilities& capabilities, const CryptoRequest& operation,
                                     const std::string& pointer, const std::string& environment) {
    const std::string name(operation.mechanism->name);
    if (operation.mechanism->scheme != Scheme::rsa_oaep) {
        if (capabilities.mechanisms.contains(name)) return std::nullopt;
        return not_offered(pointer, environment);
    }
    if (capabilities.oaep_hashes.contains(operation.oaep_hash)) return std::nullopt;
    const std::string hashes =
        joined(capabilities.oaep_hashes, ", ", [](Digest hash) { return to_string(hash); });
    return FieldError{.pointer = pointer + "/hash",
                      .message = "the token of environment " + environment + " does not decrypt " + name +
                                 " with it; it does with " + (hashes.empty() ? "none" : hashes)};
}

FieldError not_offered(const std::string& pointer, const std::string& environment) {
    return {pointer + "/mechanism", "the token of environment " + environment + " does not offer it"};
}

namespace {

bool reaches(const ServiceContext& service_context, const Caller& caller, const std::string& environment) {
    if (caller.holds_everywhere(Permission::admin)) return true;
    return std::ranges::any_of(
        service_context.catalogue.projects.all_projects(), [&](const Project& project) {
            return std::ranges::find(project.environments, environment) != project.environments.end() &&
                   caller.sees(project, environment);
        });
}

}  // namespace

std::vector<AvailableMechanism> available_mechanisms(const ServiceContext& service_context,
                                                     const Caller& caller, const std::string& environment) {
    Environment* const found = service_context.environments.find(environment);
    if (found == nullptr || !reaches(service_context, caller, environment))
        throw environment_not_found(environment);
    const TokenCapabilities capabilities = capabilities_of(*found, {});
    std::vector<AvailableMechanism> offered;
    for (const Mechanism& row : mechanism_table()) {
        const bool takes_hash = takes(row, Parameter::hash);
        if (!capabilities.mechanisms.contains(std::string(row.name)) ||
            (row.legacy && !service_context.policy.legacy_mechanisms) ||
            (takes_hash && capabilities.oaep_hashes.empty()))
            continue;
        offered.push_back({&row, takes_hash ? capabilities.oaep_hashes : std::set<Digest>{}});
    }
    return offered;
}

}  // namespace keyward::service
