#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace keyward::cli {

/// The exit code of the process.
enum class ExitCode : int {
    success,
    failure,
    wrong_usage,  ///< stays the last, because `exit_codes` counts up to it
};

inline constexpr std::size_t exit_codes = static_cast<std::size_t>(ExitCode::wrong_usage) + 1;

constexpr int to_int(ExitCode code) {
    return static_cast<int>(code);
}

/// What people are told about an exit code: docs/errors.md is made from it. The texts are Markdown.
struct ExitCodeRow {
    ExitCode code;
    std::string_view meaning;
    std::string_view remedy;
};

/// One row for each code, in the order of the enumeration.
std::span<const ExitCodeRow> exit_code_table();

}  // namespace keyward::cli
