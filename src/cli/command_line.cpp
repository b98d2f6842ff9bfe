#include <cstdlib>
#include <iostream>
#include <span>
#include <string_view>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"

namespace keyward::cli {
namespace {

constexpr const char* config_variable = "KEYWARD_CONFIG";
constexpr const char* is_empty = "must not be empty; give it a value or leave it out";

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

/// Covers every option and positional that takes a value, including those added later.
void refuse_empty_values(CLI::App& command) {
    const CLI::Validator not_empty(
        [](const std::string& value) { return std::string(is_blank(value) ? is_empty : ""); }, "");
    for (CLI::Option* option : command.get_options({}))
        if (option->get_items_expected_max() > 0) option->check(not_empty);
    for (CLI::App* subcommand : command.get_subcommands({}))
        refuse_empty_values(*subcommand);
}

/// The library would take the next word as the value of `--name=`. It would ignore an empty word after an
/// option whose value is optional.
void refuse_options_without_value(std::span<const char* const> words) {
    std::string_view before;
    for (const std::string_view word : words) {
        if (word == "--") return;
        if (word.starts_with("--") && word.ends_with("="))
            throw CLI::ValidationError(std::string(word.substr(0, word.size() - 1)), is_empty);
        if (before.starts_with("--") && is_blank(word))
            throw CLI::ValidationError(std::string(before), is_empty);
        before = word;
    }
}

/// The library treats an empty variable as unset.
void refuse_empty_variable(const CLI::App& app) {
    const char* value = std::getenv(config_variable);
    if (value != nullptr && is_blank(value) && app.get_option("--config")->count() == 0)
        throw CLI::ValidationError(config_variable, is_empty);
}

/// The library would only say that a subcommand is required.
void refuse_unknown_command(const CLI::App& app, std::span<const char* const> words) {
    if (words.empty() || words[0][0] == '-') return;
    for (const CLI::App* command : app.get_subcommands({}))
        if (command->check_name(words[0])) return;
    throw CLI::ExtrasError("keyward", {std::string(words[0])});
}

}  // namespace

void add_commands(CLI::App& app, Invocation& invocation) {
    invocation.config = "/etc/keyward/keyward.toml";
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option("--config", invocation.config, "The configuration file")
        ->envname(config_variable)
        ->capture_default_str();
    for (const auto& add : {add_serve, add_check, add_project, add_user, add_grant, add_token, add_reconcile})
        add(app, invocation);
    refuse_empty_values(app);
}

int run_command_line(const std::string& version, int argc, const char* const* argv) {
    CLI::App app("Keyward stores the keys of an API platform in PKCS#11 tokens", "keyward");
    app.set_version_flag("--version", version);
    Invocation invocation;
    add_commands(app, invocation);
    const auto words = std::span(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0);
    try {
        refuse_unknown_command(app, words);
        refuse_options_without_value(words);
        app.parse(argc, argv);
        refuse_empty_variable(app);
        return invocation.run();
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version are not errors
        std::cerr << "keyward: " << error.what() << " (see: keyward --help)\n";
        return to_int(ExitCode::wrong_usage);
    }
}

}  // namespace keyward::cli
