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
    for (const auto& add : {add_serve, add_check, add_project, add_user, add_grant, add_token})
        add(app, invocation);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? EXIT_SUCCESS : wrong_usage;
    }
    return invocation.run();
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
