#pragma once

#include <string>
#include <vector>

namespace keyward::e2e {

struct Outcome {
    int code = -1;
    std::string output;  ///< standard output
    std::string errors;  ///< standard error
};

/// Runs a program to its end, without input, and takes both its outputs. `environment` holds NAME=value.
/// Throws std::runtime_error when it does not end within a minute.
Outcome run_command(const std::vector<std::string>& command,
                    const std::vector<std::string>& environment = {});

/// The standard output of a program that has to succeed; throws std::runtime_error with its errors when it
/// does not.
std::string output_of(const std::vector<std::string>& command,
                      const std::vector<std::string>& environment = {});

}  // namespace keyward::e2e
