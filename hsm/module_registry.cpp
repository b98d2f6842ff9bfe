#include "hsm/module_registry.hpp"

#include <filesystem>
#include <stdexcept>

#include "hsm/module.hpp"

namespace keyward::hsm {

std::shared_ptr<Module> ModuleRegistry::get(const std::string& path, const std::string& init_args) {
    std::error_code unresolved;
    const auto resolved = std::filesystem::canonical(path, unresolved);
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Module>& module = modules_[unresolved ? path : resolved.string()];
    if (!module) module = std::make_shared<Module>(path, init_args);
    if (module->init_args() != init_args)
        throw std::invalid_argument(
            "module " + path +
            " is already used with other module_init_args: they must be the same in every environment");
    return module;
}

}  // namespace keyward::hsm
