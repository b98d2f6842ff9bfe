#include "tests/documentation/errors_page.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "api/error_table.hpp"
#include "cli/exit_code.hpp"
#include "domain/failure_code.hpp"

namespace keyward {
namespace {

constexpr std::string_view opening =
    R"(<!-- Made from the code: cmake --build --preset dev --target write_errors_page -->
# Errors
What the service and its commands answer when something fails: what it means, what to do, and whether the same request helps.

- [Answers](#answers): the `error` of an answer with a status of 400 or more
- [Failed environments](#failed-environments): the `code` of an entry in `environmentResults`
- [Requests that are not read](#requests-that-are-not-read)
- [Exit codes](#exit-codes) of the command line

[operations.md](operations.md#monitor) lists the events of the log.

## Answers
Programs compare `error`; `error_description` is for people, and says what was found and what was expected. `details` of a
`validation_failed` names every wrong field. `requestId` finds the request in the log.

)";

constexpr std::string_view before_codes = R"(## Failed environments
A create or a change that fails in some environments is answered 200. Each failed entry of `environmentResults` has `success: false`,
a `message` for people, and one of these codes. A client must accept a code that is not listed here.

)";

constexpr std::string_view before_framing = R"(## Requests that are not read
A request that is not HTTP as the service accepts it, or that is too large or too slow, is refused before its path is read, and its
connection is closed. `error_description` says what is wrong.

| status | `error` | when | what to do |
|---|---|---|---|
)";

constexpr std::string_view before_exit_codes = R"(
## Exit codes
| exit code | when | what to do |
|---|---|---|
)";

std::string code(std::string_view text) {
    return "`" + std::string(text) + "`";
}

std::string item(std::string_view name, std::string_view text) {
    return "- **" + std::string(name) + "**: " + std::string(text) + "\n";
}

std::string heading_of(const api::ErrorRow& row) {
    return std::to_string(row.status) + " " + std::string(row.code);
}

/// The part of a link to a heading of letters, digits, spaces and underscores.
std::string anchor_of(std::string heading) {
    std::ranges::replace(heading, ' ', '-');
    return heading;
}

/// By status; the order of the table within a status.
std::vector<const api::ErrorRow*> sorted_errors() {
    std::vector<const api::ErrorRow*> sorted;
    for (const api::ErrorRow& row : api::error_table())
        sorted.push_back(&row);
    std::ranges::stable_sort(sorted, {}, &api::ErrorRow::status);
    return sorted;
}

std::string list_of_errors() {
    std::string text = "| status | `error` | `Retry-After` |\n|---|---|---|\n";
    for (const api::ErrorRow* row : sorted_errors())
        text += "| " + std::to_string(row->status) + " | [" + code(row->code) + "](#" +
                anchor_of(heading_of(*row)) + ") | " + (row->retry_after ? "yes" : "") + " |\n";
    return text + "\n";
}

std::string section_of(const api::ErrorRow& row) {
    return "### " + heading_of(row) + "\n" + item("When", row.cause) + item("Caller", row.client) +
           item("Operator", row.operators) + item("Repeat", row.repeat) + "\n";
}

std::string section_of(const FailureCodeRow& row) {
    return "### " + std::string(row.name) + "\n" + item("When", row.cause) + item("Caller", row.client) +
           item("Operator", row.operators) + item("Repeat", row.repeat) + "\n";
}

std::string line_of(const api::FramingRow& row) {
    return "| " + std::to_string(row.status) + " | " + code(api::row_of(row.kind).code) + " | " +
           std::string(row.cause) + " | " + std::string(row.client) + " |\n";
}

std::string line_of(const cli::ExitCodeRow& row) {
    return "| " + std::to_string(to_int(row.code)) + " | " + std::string(row.meaning) + " | " +
           std::string(row.remedy) + " |\n";
}

}  // namespace

std::string errors_page() {
    std::string text = std::string(opening) + list_of_errors();
    for (const api::ErrorRow* row : sorted_errors())
        text += section_of(*row);
    text += before_codes;
    for (const FailureCodeRow& row : failure_code_table())
        text += section_of(row);
    text += before_framing;
    for (const api::FramingRow& row : api::framing_table())
        text += line_of(row);
    text += before_exit_codes;
    for (const cli::ExitCodeRow& row : cli::exit_code_table())
        text += line_of(row);
    return text;
}

}  // namespace keyward
