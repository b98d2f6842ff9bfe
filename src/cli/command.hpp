#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "domain/catalogue.hpp"
#include "settings/settings.hpp"

namespace keyward::cli {

/// A command failed. The text, one line, says why and what to do. The process exits with 1.
class CommandFailed : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The parsed command line: set by the chosen subcommand, run by main, which uses the result as the exit
/// code.
struct Invocation {
    std::string config;
    std::function<int()> run;
};

/// Each adds its subcommand, with its own subcommands and options.
void add_serve(CLI::App& app, Invocation& invocation);
void add_check(CLI::App& app, Invocation& invocation);
void add_project(CLI::App& app, Invocation& invocation);
void add_user(CLI::App& app, Invocation& invocation);
void add_grant(CLI::App& app, Invocation& invocation);
void add_token(CLI::App& app, Invocation& invocation);
void add_reconcile(CLI::App& app, Invocation& invocation);

/// Adds every command with its options and positionals. All that take a value refuse an empty one: absent and
/// empty are different, and an empty value is most often an unset variable of a script. `invocation` must
/// outlive `app`.
void add_commands(CLI::App& app, Invocation& invocation);

/// Runs one command. Returns its exit code (`ExitCode`); it reports wrong usage on standard error itself.
/// Throws settings::SettingsError, CommandFailed and any exception of the command.
int run_command_line(const std::string& version, int argc, const char* const* argv);

/// For commands that only use the catalogue: the settings, and the catalogue that they name.
struct AdminContext {
    explicit AdminContext(const std::string& config);

    settings::Settings settings;
    std::shared_ptr<Catalogue> catalogue;

    /// An audit record of an action at the command line.
    [[nodiscard]] static AuditRecord audit(const std::string& action, const std::string& result);
    /// Throws CommandFailed when there is no user (or project) with this name.
    [[nodiscard]] User user(const std::string& name) const;
    [[nodiscard]] Project project(const std::string& name) const;
};

/// Throws CLI::ValidationError unless the text is valid as a new name: 1 to 255 bytes of UTF-8 without
/// control characters, and without leading or trailing space.
void require_name(const std::string& text, const std::string& option);

/// Throws CLI::ValidationError when a name occurs twice.
void refuse_repeated(const std::vector<std::string>& names, const std::string& option);

/// The parts of `a,b,c`. Throws CLI::ValidationError when a part is empty, repeated, or has leading or
/// trailing space.
std::vector<std::string> comma_separated(const std::string& text, const std::string& option);

}  // namespace keyward::cli
