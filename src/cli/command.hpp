#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "domain/catalogue.hpp"
#include "settings/settings.hpp"

namespace keyward::cli {

/// A command could not do its work; the text, one line, says why and what to do. The process ends with 1.
class CommandFailed : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What the command line asked for: set by the chosen subcommand, run by main, which makes its result the
/// exit code.
struct Invocation {
    std::string config;
    std::function<int()> run;
};

/// Each adds its subcommand, with the subcommands and options it has.
void add_serve(CLI::App& app, Invocation& invocation);
void add_check(CLI::App& app, Invocation& invocation);
void add_project(CLI::App& app, Invocation& invocation);
void add_user(CLI::App& app, Invocation& invocation);
void add_grant(CLI::App& app, Invocation& invocation);
void add_token(CLI::App& app, Invocation& invocation);
void add_reconcile(CLI::App& app, Invocation& invocation);

/// For the commands that only speak to the catalogue: the settings, and the catalogue they name.
struct AdminContext {
    explicit AdminContext(const std::string& config);

    settings::Settings settings;
    std::unique_ptr<Catalogue> catalogue;

    /// A record for the audit trail of what a person did at the command line.
    [[nodiscard]] static AuditRecord audit(const std::string& action, const std::string& result);
    /// Throws CommandFailed when there is none of that name.
    [[nodiscard]] User user(const std::string& name) const;
    [[nodiscard]] Project project(const std::string& name) const;
};

/// Throws CLI::ValidationError unless the text can be the name of something new: 1 to 255 bytes of UTF-8
/// without control characters, and without space around it.
void require_name(const std::string& text, const std::string& option);

/// Throws CLI::ValidationError when one stands there twice.
void refuse_repeated(const std::vector<std::string>& names, const std::string& option);

/// The parts of `a,b,c`. Throws CLI::ValidationError on an empty or a repeated part, and on one with space
/// around it.
std::vector<std::string> comma_separated(const std::string& text, const std::string& option);

}  // namespace keyward::cli
