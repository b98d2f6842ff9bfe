#include "cli/environment_factory.hpp"

#include <algorithm>
#include <thread>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "hsm/open_token.hpp"
#include "service/runtime/environments.hpp"

namespace keyward::cli {
namespace {

std::vector<settings::PinSource> pin_sources(const settings::Settings& settings) {
    std::vector<settings::PinSource> sources;
    std::ranges::transform(settings.environments, std::back_inserter(sources),
                           &settings::EnvironmentSettings::pin_source);
    return sources;
}

service::EnvironmentProfile profile_of(const settings::EnvironmentSettings& environment,
                                       std::size_t environments) {
    // One session holds the login, except with a token that has room for only one session.
    const service::ThreadLimits limits =
        service::thread_limits(std::max<std::size_t>(environment.sessions - 1, 1), environments,
                               std::max(1U, std::thread::hardware_concurrency()));
    service::EnvironmentProfile profile;
    profile.name = environment.name;
    profile.type = environment.type;
    profile.description = environment.description;
    profile.workers = limits.workers;
    profile.queue_limit = limits.queue;
    profile.deadline = environment.deadline;
    return profile;
}

ProviderPtr load_provider(const char* name) {
    ProviderPtr provider(OSSL_PROVIDER_load(nullptr, name));
    if (!provider)
        throw CommandFailed("policy.legacy_mechanisms is true, but OpenSSL's " + std::string(name) +
                            " provider can't be loaded");
    return provider;
}

}  // namespace

keys::KeyPolicy policy_of(const settings::Settings& settings) {
    return {.rsa_min_bits = static_cast<int>(settings.policy.rsa_min_bits),
            .legacy_mechanisms = settings.policy.legacy_mechanisms,
            .refuse_two_purposes = settings.policy.refuse_two_purposes};
}

EnvironmentFactory::EnvironmentFactory(const settings::Settings& settings) : pins_(pin_sources(settings)) {
    if (!settings.policy.legacy_mechanisms) return;
    // SoftHSM2 does single DES with the OpenSSL of this process, which has it only in its legacy provider.
    for (const char* name : {"default", "legacy"})
        providers_.push_back(load_provider(name));
}

SecretBytes EnvironmentFactory::pin_of(const std::string& environment,
                                       const settings::PinSource& source) const {
    try {
        return pins_.read(source);
    } catch (const settings::PinError& error) {
        log::error("pin.unreadable", {{"environment", environment}, {"reason", error.what()}});
        throw TokenError(
            TokenFault::pin,
            "The PIN of environment " + environment + " can't be read: an operator must put it right", {}, {},
            TokenPhase::logging_in);
    }
}

std::shared_ptr<Token> EnvironmentFactory::open(const settings::EnvironmentSettings& environment) {
    return hsm::open_token(
        modules_,
        {.module = environment.module,
         .module_init_args = environment.module_init_args,
         .label = environment.token_label,
         .serial = environment.token_serial,
         .pin = [this, name = environment.name,
                 source = environment.pin_source] { return pin_of(name, source); },
         .sessions = environment.sessions,
         .session_wait = environment.deadline,
         .environment = {
             .name = environment.name, .type = environment.type, .shares = environment.shared_token}});
}

void EnvironmentFactory::open_all(const settings::Settings& settings, service::Environments& environments) {
    for (const auto& each : settings.environments)
        environments.add(std::make_unique<service::Environment>(
            profile_of(each, settings.environments.size()), open(each)));
}

void EnvironmentFactory::open_all(const settings::Settings& settings, service::Environments& environments,
                                  Catalogue& catalogue, service::PinnedToken::Pinning pinning) {
    for (const auto& each : settings.environments)
        environments.add(std::make_unique<service::Environment>(
            profile_of(each, settings.environments.size()),
            std::make_shared<service::PinnedToken>(open(each), each.name, catalogue.token_pins,
                                                   catalogue.deployments, pinning, system_now)));
}

}  // namespace keyward::cli
