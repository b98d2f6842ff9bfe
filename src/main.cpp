#include <exception>
#include <iostream>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/process.hpp"
#include "settings/mistakes.hpp"

namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

int complain(const std::exception& error, int exit_code) {
    std::cerr << "keyward: " << error.what() << "\n";
    return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        keyward::cli::harden_process();
        return keyward::cli::run_command_line(KEYWARD_VERSION, argc, argv);
    } catch (const keyward::settings::SettingsError& error) {
        return complain(error, wrong_usage);
    } catch (const std::exception& error) {
        return complain(error, failed);
    }
}
