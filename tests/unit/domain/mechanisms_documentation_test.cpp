// docs/mechanisms.md describes the operations table for people.
#include <fstream>

#include <gtest/gtest.h>

#include "domain/mechanisms.hpp"

namespace keyward {
namespace {

template <typename Range>
std::string listed(const Range& range) {
    std::string text;
    for (const auto& each : range)
        text += (text.empty() ? "`" : ", `") + std::string(to_string(each)) + "`";
    return text;
}

std::string when(const Mechanism& row) {
    if (row.legacy) return row.by_default ? "by default, legacy" : "on request, legacy";
    return row.by_default ? "by default" : "on request";
}

std::string line_of(const Mechanism& row) {
    return "| `" + std::string(row.name) + "` | " + std::string(to_string(row.algorithm)) + " | " +
           listed(actions_of(row)) + " | " + listed(parameters_of(row)) + " | " + when(row) + " | " +
           std::string(row.limits) + " | " + std::string(row.source) + " |";
}

TEST(MechanismsDocumentation, IsTheOperationsTable) {
    std::ifstream file(KEYWARD_DOCS "/mechanisms.md");
    std::string lines;
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("| `")) lines += line + "\n";
    std::string expected;
    for (const Mechanism& row : mechanism_table())
        expected += line_of(row) + "\n";
    EXPECT_EQ(lines, expected);
}

}  // namespace
}  // namespace keyward
