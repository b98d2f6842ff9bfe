#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/secret_bytes.hpp"
#include "domain/token.hpp"
#include "hsm/module/claimant.hpp"

namespace keyward::hsm {

class ModuleRegistry;

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
