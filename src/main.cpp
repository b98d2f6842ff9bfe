#include <cstdlib>
#include <exception>
#include <iostream>

#include "commands/command.hpp"
#include "commands/hardening.hpp"
#include "core/log.hpp"
#include "settings/mistakes.hpp"

namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

int complain(const std::exception& error, int exit_code) {
    std::cerr << "keyward: " << error.what() << "\n";
    return exit_code;
}

/// The library would only say that a subcommand is required.
void refuse_unknown_command(const CLI::App& app, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return;
    for (const CLI::App* command : app.get_subcommands({}))
        if (command->check_name(argv[1])) return;
    throw CLI::ExtrasError("keyward", {std::string(argv[1])});
}

int run(int argc, char** argv) {
    using namespace keyward::commands;
    CLI::App app("Keyward keeps the keys of an API platform in PKCS#11 tokens", "keyward");
    app.set_version_flag("--version", KEYWARD_VERSION);
    app.require_subcommand(1);
    app.fallthrough();

    Invocation invocation;
    invocation.config = "/etc/keyward/keyward.toml";
    app.add_option("--config", invocation.config, "The configuration file")
        ->envname("KEYWARD_CONFIG")
        ->capture_default_str();
    for (const auto& add : {add_serve, add_check, add_project, add_user, add_grant, add_token, add_reconcile})
        add(app, invocation);
    try {
        refuse_unknown_command(app, argc, argv);
        app.parse(argc, argv);
        return invocation.run();
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version are no errors
        std::cerr << "keyward: " << error.what() << " (see: keyward --help)\n";
        return wrong_usage;
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        keyward::commands::harden_process();
        return run(argc, argv);
    } catch (const keyward::settings::SettingsError& error) {
        return complain(error, wrong_usage);
    } catch (const std::exception& error) {
        return complain(error, failed);
    }
}
