#pragma once

#include <string>
#include <vector>

namespace keyward::test {

/// How a program ended.
struct CommandResult {
    int code = -1;       ///< exit code, or minus the signal that ended it
    std::string output;  ///< standard output
    std::string errors;  ///< standard error
};

/// Runs a program to its end, without input. `environment` holds NAME=value, in addition to this process's
/// variables. Throws std::runtime_error when the program does not end within a minute.
CommandResult run_command(const std::vector<std::string>& command,
                          const std::vector<std::string>& environment = {});

/// The standard output of a program. Throws std::runtime_error with its standard error when it fails.
std::string output_of(const std::vector<std::string>& command,
                      const std::vector<std::string>& environment = {});

}  // namespace keyward::test
