#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "cli/command.hpp"

namespace keyward::cli {

/// Adds every command with its options and positionals. Each of them that takes a value refuses an empty one:
/// absent and empty are different, and an empty one is most often a script's variable that is not set.
/// `invocation` must outlive `app`.
void add_commands(CLI::App& app, Invocation& invocation);

/// Runs one command. Returns its exit code: 0 done, 1 failed, 2 wrong usage, which it has told on standard
/// error. Throws settings::SettingsError, CommandFailed and what the command's work throws.
int run_command_line(const std::string& version, int argc, const char* const* argv);

}  // namespace keyward::cli
