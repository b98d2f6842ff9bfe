#pragma once

#include <filesystem>

#include "settings/mistakes.hpp"
#include "settings/settings.hpp"

namespace keyward::settings {

/// Reads and checks a configuration file (TOML 1.0). Throws SettingsError with everything that is wrong with
/// it, also when it can't be read. Looks at nothing but the file: whether a module or a PIN is there shows
/// when the environment starts.
Settings load(const std::filesystem::path& path);

}  // namespace keyward::settings
