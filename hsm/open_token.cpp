#include "hsm/open_token.hpp"

#include <utility>

#include "hsm/module/module_registry.hpp"
#include "hsm/pkcs11_token.hpp"

namespace keyward::hsm {

std::shared_ptr<Token> open_token(ModuleRegistry& modules, TokenSettings settings) {
    return std::make_shared<Pkcs11Token>(modules.get(settings.module, settings.module_init_args),
                                         PoolSettings{.label = std::move(settings.label),
                                                      .serial = std::move(settings.serial),
                                                      .pin = std::move(settings.pin),
                                                      .sessions = settings.sessions,
                                                      .wait = settings.session_wait,
                                                      .claims = modules.claims(settings.module),
                                                      .environment = std::move(settings.environment)});
}

}  // namespace keyward::hsm
