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

/// One environment's token, as the configuration says.
struct TokenSettings {
    std::string module;            ///< path of the PKCS#11 library
    std::string module_init_args;  ///< CK_C_INITIALIZE_ARGS.pReserved; empty is NULL
    std::string label;
    std::string serial;                ///< pins the very token; empty: the label decides, and must be unique
    std::function<SecretBytes()> pin;  ///< read at each login; see hsm::PinSource
    std::size_t sessions = 16;         ///< open at once, that of the login among them
    std::chrono::milliseconds
        session_wait{};         ///< how long a call waits for a free session before TokenFault::busy
    Claimant environment = {};  ///< whose token it is; without a name no claim is made
};

/// The token behind these settings. Nothing is loaded or asked before its first call, so a service starts
/// while an HSM is down. Throws std::invalid_argument when the module is in use already with other
/// `module_init_args`.
std::shared_ptr<Token> open_token(ModuleRegistry& modules, TokenSettings settings);

}  // namespace keyward::hsm
