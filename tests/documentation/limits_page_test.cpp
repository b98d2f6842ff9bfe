// docs/limits.md gives the limits that users can meet, each with the constant or the setting that has it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/error_table.hpp"
#include "service/runtime/environments.hpp"
#include "settings/settings.hpp"
#include "tests/documentation/limits_table.hpp"

namespace keyward {
namespace {

using Cells = std::vector<std::string>;

std::string source_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of_the_page() {
    std::ifstream file(KEYWARD_DOCS "/limits.md");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

/// The cells of a row of a table; none for another line.
Cells cells_of(const std::string& line) {
    Cells cells;
    if (!line.starts_with("| ")) return cells;
    std::istringstream rest(line.substr(2));
    for (std::string cell; std::getline(rest, cell, '|');) {
        cell.erase(cell.find_last_not_of(' ') + 1);
        cell.erase(0, cell.find_first_not_of(' '));
        cells.push_back(cell);
    }
    return cells;
}

/// Whether the row gives a limit: its last cell is a name of the code.
bool is_limit(const Cells& cells) {
    return cells.size() == 4 && cells[3].starts_with('`') && cells[3].ends_with('`');
}

std::string name_in(const Cells& cells) {
    return cells[3].substr(1, cells[3].size() - 2);
}

/// `most_workers` of `Limits::most_workers`, and both parts of `user_rule.free`.
std::set<std::string> identifiers_in(const std::string& name) {
    static const std::regex identifier("[A-Za-z0-9_]+");
    std::set<std::string> found;
    for (std::sregex_iterator each(name.begin(), name.end(), identifier), end; each != end; ++each)
        found.insert(each->str());
    return found;
}

bool is_answer(const std::string& status, const std::string& code) {
    return std::ranges::any_of(api::error_table(),
                               [&](const api::ErrorRow& row) {
                                   return std::to_string(row.status) == status && row.code == code;
                               }) ||
           std::ranges::any_of(api::framing_table(), [&](const api::FramingRow& row) {
               return std::to_string(row.status) == status &&
                      (code.empty() || api::row_of(row.kind).code == code);
           });
}

/// Removes the answers that the table of errors has, such as "413 `payload_too_large`" and "431".
std::string without_answers(std::string text) {
    static const std::regex answer("([0-9]{3})(?: `([a-z_]+)`)?");
    std::smatch found;
    std::string rest;
    while (std::regex_search(text, found, answer)) {
        rest += found.prefix();
        if (!is_answer(found[1], found[2])) rest += found.str();
        text = found.suffix();
    }
    return rest + text;
}

/// Removes what is code or a link, and the names of IP's versions.
std::string without_code(const std::string& text) {
    static const std::regex code("`[^`]*`|\\]\\([^)]*\\)|IPv[46]");
    return std::regex_replace(text, code, "");
}

/// Limits of the service's own work, which users do not meet as such, and names of other things.
const std::set<std::string>& internal_names() {
    static const std::set<std::string> names{
        // lists of limits that have rows of their own
        "certificate_request_limits", "create_limits", "update_limits", "batch_limit", "names_limit",
        "subject_rule",
        // reduced or computed from limits on the page
        "max_body_memory_of_address", "max_connections_of_address", "queue_limit", "least_connections",
        // names of fixed length or from short lists, and the parts of names that other standards limit
        "check_value_rule", "choice_rule", "longest_address", "longest_cursor", "longest_host",
        "longest_label", "longest_mailbox",
        // of the configuration: config/keyward.toml has them
        "largest_file", "largest_number", "longest_description", "longest_line_end", "longest_pin",
        // of how texts are shown or read
        "largest_small_prime", "least_significant", "longest_hex_id", "longest_shown", "longest_syntax_text",
        "most_exponent_bits", "most_pem_layers",
        // of how often and how long the service itself tries
        "hung_call_limit", "longest_wait_for_another_create", "longest_scan", "most_arenas", "most_attempts",
        "most_lookups", "most_questions", "removal_limit", "teardown_limit"};
    return names;
}

/// The constants and members whose names say that they limit something.
std::set<std::string> limit_names_in(const std::string& source) {
    static const std::regex definition(
        "(?:constexpr [A-Za-z0-9_:<> ]*?|(?:std::size_t|std::chrono::milliseconds) )"
        "\\b((?:most|longest|largest|shortest|least|max)_[a-z0-9_]+|[a-z0-9_]+_(?:limit|limits|rule|deadline)"
        ")"
        "\\s*[={]");
    std::set<std::string> names;
    for (std::sregex_iterator found(source.begin(), source.end(), definition), end; found != end; ++found)
        names.insert((*found)[1]);
    return names;
}

std::set<std::string> limit_names_in_the_code() {
    std::set<std::string> names;
    for (const char* const folder : {"api", "cli", "domain", "http", "keys", "service", "settings", "x509"})
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(KEYWARD_SOURCE "/src/" + std::string(folder)))
            if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
                names.merge(limit_names_in(source_of(entry.path())));
    return names;
}

TEST(LimitsPage, GivesEveryLimitOfTheCodeWithItsValue) {
    std::multimap<std::string, std::string> written;
    for (const std::string& line : lines_of_the_page())
        if (const Cells cells = cells_of(line); is_limit(cells)) written.emplace(name_in(cells), cells[1]);
    std::multimap<std::string, std::string> in_the_code;
    for (const Limit& limit : limits_of_the_code())
        in_the_code.emplace(limit.name, limit.value);
    EXPECT_EQ(written, in_the_code);
}

TEST(LimitsPage, HasNoOtherFigures) {
    static const std::regex figure("[0-9]");
    for (const std::string& line : lines_of_the_page()) {
        const Cells cells = cells_of(line);
        if (cells.size() == 4 && !is_limit(cells)) continue;  // the examples of threads, or a head
        std::string rest = is_limit(cells) ? cells[0] + " | " + cells[2] : line;
        rest = without_code(without_answers(rest));
        EXPECT_FALSE(std::regex_search(rest, figure)) << line;
    }
}

TEST(LimitsPage, GivesTheThreadsOfItsExamples) {
    const std::size_t sessions = settings::EnvironmentSettings{}.sessions;
    std::size_t examples = 0;
    for (const std::string& line : lines_of_the_page()) {
        const Cells cells = cells_of(line);
        if (cells.size() != 4 || is_limit(cells) ||
            cells[0].find_first_not_of("0123456789") != std::string::npos)
            continue;
        const auto limits = service::thread_limits(sessions - 1, std::stoul(cells[0]), std::stoul(cells[1]));
        EXPECT_EQ(cells[2], std::to_string(limits.workers)) << line;
        EXPECT_EQ(cells[3], std::to_string(limits.queue)) << line;
        ++examples;
    }
    EXPECT_EQ(examples, 4U);
}

TEST(LimitsPage, LeavesNoLimitOut) {
    std::set<std::string> known = internal_names();
    for (const Limit& limit : limits_of_the_code())
        known.merge(identifiers_in(limit.name));
    std::vector<std::string> left_out;
    std::ranges::set_difference(limit_names_in_the_code(), known, std::back_inserter(left_out));
    EXPECT_THAT(left_out, testing::IsEmpty())
        << "give each a row in docs/limits.md and in limits_table.cpp, or "
           "name it among the internal ones";
}

TEST(LimitsPage, NamesNoInternalLimitThatIsGone) {
    const std::set<std::string> in_the_code = limit_names_in_the_code();
    std::vector<std::string> gone;
    std::ranges::set_difference(internal_names(), in_the_code, std::back_inserter(gone));
    EXPECT_THAT(gone, testing::IsEmpty());
}

}  // namespace
}  // namespace keyward
