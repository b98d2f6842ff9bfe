#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace keyward::hsm {

class Module;

/// Hands out one Module a library, however many environments use it. Any thread may call.
class ModuleRegistry {
  public:
    /// Throws std::invalid_argument when the library is in use with other `init_args`: it can be initialised
    /// only once.
    std::shared_ptr<Module> get(const std::string& path, const std::string& init_args);

  private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Module>> modules_;
};

}  // namespace keyward::hsm
