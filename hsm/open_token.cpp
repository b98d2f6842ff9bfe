#include "hsm/open_token.hpp"

#include <stdexcept>
#include <utility>

#include <sys/stat.h>

#include "hsm/module/module.hpp"
#include "hsm/module/token_claims.hpp"
#include "hsm/pkcs11_token.hpp"

namespace keyward::hsm {
namespace {

/// Returns the same text for every path of one file: a library is loaded once, regardless of links.
std::string file_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return path;
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace

ModuleRegistry::Library& ModuleRegistry::library(const std::string& path) {
    Library& library = libraries_[file_of(path)];
    if (!library.claims) library.claims = std::make_shared<TokenClaims>();
    return library;
}

std::shared_ptr<Module> ModuleRegistry::get(const std::string& path, const std::string& init_args) {
    const Lock lock(mutex_);
    std::shared_ptr<Module>& module = library(path).module;
    if (!module) module = std::make_shared<Module>(path, init_args);
    if (module->init_args() != init_args)
        throw std::invalid_argument(
            "module " + path +
            " is already used with other module_init_args: they must be the same in every environment");
    return module;
}

std::shared_ptr<TokenClaims> ModuleRegistry::claims(const std::string& path) {
    const Lock lock(mutex_);
    return library(path).claims;
}

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
