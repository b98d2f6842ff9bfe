#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace keyward::hsm {

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
    /// The caller holds the mutex.
    Library& library(const std::string& path);

    std::mutex mutex_;
    std::map<std::string, Library> libraries_;
};

}  // namespace keyward::hsm
