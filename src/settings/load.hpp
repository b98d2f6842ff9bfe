#pragma once

#include <filesystem>

#include "settings/mistakes.hpp"
#include "settings/settings.hpp"

namespace keyward::settings {

/// Reads and checks a configuration file (TOML 1.0). Throws SettingsError with all mistakes in it, also when
/// it cannot be read. Checks only the file: a missing module or PIN shows when the environment starts.
Settings load(const std::filesystem::path& path);

}  // namespace keyward::settings
