#pragma once

#include <memory>
#include <vector>

#include <openssl/provider.h>

#include "hsm/module/module_registry.hpp"
#include "keys/key_policy.hpp"
#include "service/runtime/environments.hpp"
#include "service/runtime/pinned_token.hpp"
#include "settings/pin_source.hpp"
#include "settings/settings.hpp"

namespace keyward::cli {

keys::KeyPolicy policy_of(const settings::Settings& settings);

/// The tokens of a configuration, not touched yet: what `serve`, `check` and `reconcile` have in common. Made
/// before the first thread starts, since it takes PINs out of the process's environment; the modules end
/// last.
class EnvironmentFactory {
  public:
    explicit EnvironmentFactory(const settings::Settings& settings);

    /// A token of one of the configuration's environments, bound at its first call.
    std::shared_ptr<Token> open(const settings::EnvironmentSettings& environment);

    /// Every environment, behind its bulkhead.
    void open_all(const settings::Settings& settings, service::Environments& environments);
    /// The same, but a token that is not the one that holds its environment's keys is refused. The catalogue
    /// must outlive the environments.
    void open_all(const settings::Settings& settings, service::Environments& environments,
                  Catalogue& catalogue, service::PinnedToken::Pinning binding);

  private:
    [[nodiscard]] SecretBytes pin_of(const std::string& environment, const settings::PinSource& source) const;

    struct Unload {
        void operator()(OSSL_PROVIDER* provider) const { OSSL_PROVIDER_unload(provider); }
    };
    using Provider = std::unique_ptr<OSSL_PROVIDER, Unload>;
    static Provider load_provider(const char* name);

    settings::PinReader pins_;
    std::vector<Provider> providers_;  // the modules use them, so they are unloaded after those
    hsm::ModuleRegistry modules_;
};

}  // namespace keyward::cli
