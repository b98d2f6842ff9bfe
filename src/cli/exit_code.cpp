#include "cli/exit_code.hpp"

#include <array>

namespace keyward::cli {
namespace {

constexpr std::array<ExitCodeRow, exit_codes> exit_code_rows{{
    {.code = ExitCode::success,
     .meaning = "The command did what it was asked. `serve`: it was stopped by SIGTERM or SIGINT. `check`: "
                "every environment works. `reconcile`: everything is resolved, and no difference is left.",
     .remedy = "Nothing."},
    {.code = ExitCode::failure,
     .meaning = "The command failed: the reason, and where possible the remedy, is in one line on standard "
                "error. `check`: an environment does not work. `reconcile`: something is left to resolve, an "
                "environment was not compared, or a difference was found.",
     .remedy = "Do what the text says. `check` and `reconcile` print what they found for each environment; "
               "see [operations.md](operations.md#reconcile)."},
    {.code = ExitCode::wrong_usage,
     .meaning = "The command line or the configuration is wrong. Nothing was done.",
     .remedy = "Correct what standard error names: an option, or a line and column of the configuration. "
               "`keyward --help` lists the commands, `config/keyward.toml` explains the settings."},
}};

constexpr bool exit_code_table_is_complete() {
    for (std::size_t i = 0; i < exit_code_rows.size(); ++i)
        if (exit_code_rows[i].code != static_cast<ExitCode>(i) || exit_code_rows[i].meaning.empty() ||
            exit_code_rows[i].remedy.empty())
            return false;
    return true;
}
static_assert(exit_code_table_is_complete(), "one row for each ExitCode, in the order of the enumeration");

}  // namespace

std::span<const ExitCodeRow> exit_code_table() {
    return exit_code_rows;
}

}  // namespace keyward::cli
