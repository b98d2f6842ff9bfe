#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "cli/command.hpp"

namespace keyward::cli {

/// Adds every command with its options and positionals. All that take a value refuse an empty one: absent and
/// empty are different, and an empty value is most often an unset variable of a script. `invocation` must
/// outlive `app`.
void add_commands(CLI::App& app, Invocation& invocation);

/// Runs one command. Returns its exit code: 0 success, 1 failure, 2 wrong usage, which it reports on standard
/// error. Throws settings::SettingsError, CommandFailed and any exception of the command.
int run_command_line(const std::string& version, int argc, const char* const* argv);

}  // namespace keyward::cli
