#include <exception>
#include <iostream>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/process.hpp"
#include "settings/mistakes.hpp"

namespace {

using keyward::cli::ExitCode;

int complain(const std::exception& error, ExitCode exit_code) {
    std::cerr << "keyward: " << error.what() << "\n";
    return to_int(exit_code);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        keyward::cli::harden_process();
        return keyward::cli::run_command_line(KEYWARD_VERSION, argc, argv);
    } catch (const keyward::settings::SettingsError& error) {
        return complain(error, ExitCode::wrong_usage);
    } catch (const std::exception& error) {
        return complain(error, ExitCode::failure);
    }
}
