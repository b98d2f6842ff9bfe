#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.hpp"
#include "base/secret_bytes.hpp"
#include "domain/token.hpp"

namespace keyward::hsm {

/// An environment that claims a token.
struct Claimant {
    std::string name;
    std::string type;     ///< PRODUCTION, SANDBOX or TEST
    bool shares = false;  ///< `shared_token = true` in the configuration
};

class Module;
class TokenClaims;

/// Returns one Module per library, regardless of how many environments use it and under which paths.
/// Thread-safe.
class ModuleRegistry {
  public:
    /// Throws std::invalid_argument when the library is in use with other `init_args`: it can be initialized
    /// only once.
    std::shared_ptr<Module> get(const std::string& path, const std::string& init_args);

    /// Claims to the tokens of that library.
    std::shared_ptr<TokenClaims> claims(const std::string& path);

  private:
    struct Library {
        std::shared_ptr<Module> module;
        std::shared_ptr<TokenClaims> claims;
    };
    Library& library(const std::string& path) KEYWARD_REQUIRES(mutex_);

    Mutex mutex_;
    std::map<std::string, Library> libraries_ KEYWARD_GUARDED_BY(mutex_);
};

/// Configuration of one environment's token.
struct TokenSettings {
    std::string module;            ///< path of the PKCS#11 library
    std::string module_init_args;  ///< CK_C_INITIALIZE_ARGS.pReserved; empty is NULL
    std::string label;
    std::string serial;  ///< serial number of the pinned token; empty: the label decides and must be unique
    std::function<SecretBytes()> pin;          ///< called at each login; see hsm::PinSource
    std::size_t sessions = 16;                 ///< maximum of open sessions, including the login session
    std::chrono::milliseconds session_wait{};  ///< maximum wait for a free session, then TokenFault::busy
    Claimant environment = {};                 ///< owner of the token; without a name no claim is made
};

/// Returns the token for these settings. Loads no module and calls none before the token's first use, so the
/// service can start while an HSM is down. Throws std::invalid_argument when the module is already in use
/// with other `module_init_args`.
std::shared_ptr<Token> open_token(ModuleRegistry& modules, TokenSettings settings);

}  // namespace keyward::hsm
