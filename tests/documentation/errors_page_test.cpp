// docs/errors.md is made from the tables of errors.
#include "tests/documentation/errors_page.hpp"

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "api/error_table.hpp"
#include "domain/failure_code.hpp"

namespace keyward {
namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ErrorsPage, IsWhatTheCodeSays) {
    EXPECT_EQ(text_of(KEYWARD_DOCS "/errors.md"), errors_page())
        << "rewrite it: cmake --build --preset dev --target write_errors_page";
}

TEST(ErrorsPage, GivesEveryErrorASpellingOfItsOwn) {
    std::set<std::string_view> errors;
    for (const api::ErrorRow& row : api::error_table())
        EXPECT_TRUE(errors.insert(row.code).second) << row.code;
    std::set<std::string_view> codes;
    for (const FailureCodeRow& row : failure_code_table())
        EXPECT_TRUE(codes.insert(row.name).second) << row.name;
}

TEST(ErrorsPage, NamesOnlyEventsThatTheLogHas) {
    const std::string events = text_of(KEYWARD_DOCS "/operations.md");
    static const std::regex name("`([a-z]+)(\\.[a-z_]+)`");
    const std::string page = errors_page();
    for (std::sregex_iterator found(page.begin(), page.end(), name), end; found != end; ++found) {
        const bool is_setting = (*found)[1] == "http" || (*found)[1] == "policy";
        EXPECT_TRUE(is_setting || events.find(found->str()) != std::string::npos) << found->str();
    }
}

TEST(ErrorsPage, NamesOnlyStatusesThatTheErrorAloneHas) {
    for (const api::FramingRow& row : api::framing_table())
        EXPECT_TRUE(row.kind == ErrorKind::bad_request || row.status == api::row_of(row.kind).status)
            << row.status;
}

}  // namespace
}  // namespace keyward
