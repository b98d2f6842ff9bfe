#pragma once

#include <memory>
#include <vector>

#include <openssl/provider.h>

#include "crypto/openssl_ptr.hpp"
#include "hsm/open_token.hpp"
#include "keys/key_policy.hpp"
#include "service/runtime/environments.hpp"
#include "service/runtime/pinned_token.hpp"
#include "settings/pin_source.hpp"
#include "settings/settings.hpp"

namespace keyward::cli {

keys::KeyPolicy policy_of(const settings::Settings& settings);

/// The tokens of a configuration, before their first use: the common part of `serve`, `check` and
/// `reconcile`. Create it before the first thread starts, because it removes PINs from the process's
/// environment. The modules are destroyed last.
class EnvironmentFactory {
  public:
    explicit EnvironmentFactory(const settings::Settings& settings);

    /// A token of one of the configuration's environments, bound at its first call.
    std::shared_ptr<Token> open(const settings::EnvironmentSettings& environment);

    /// Opens every environment, behind its bulkhead.
    void open_all(const settings::Settings& settings, service::Environments& environments);
    /// The same, but refuses a token that is not the one that holds its environment's keys. The catalogue
    /// must outlive the environments.
    void open_all(const settings::Settings& settings, service::Environments& environments,
                  Catalogue& catalogue, service::PinnedToken::Pinning pinning);

  private:
    [[nodiscard]] SecretBytes pin_of(const std::string& environment, const settings::PinSource& source) const;

    settings::PinReader pins_;
    std::vector<ProviderPtr> providers_;  // the modules use them, so they must be unloaded after the modules
    hsm::ModuleRegistry modules_;
};

}  // namespace keyward::cli
