#include "tests/e2e/support/problem.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyward::e2e {

using nlohmann::json;

void expect_common_fields(const Answer& answer) {
    EXPECT_FALSE(answer.field("x-request-id").empty()) << answer.body;
    EXPECT_EQ(answer.field("cache-control"), "no-store");
    EXPECT_TRUE(answer.field("content-type").starts_with("application/json")) << answer.field("content-type");
}

void expect_problem(const Answer& answer, int status, std::string_view error) {
    EXPECT_EQ(answer.status, status) << answer.body;
    expect_common_fields(answer);
    const json body = answer.json();
    ASSERT_TRUE(body.is_object()) << answer.body;
    EXPECT_EQ(body.value("error", ""), error) << answer.body;
    EXPECT_FALSE(body.value("error_description", "").empty()) << answer.body;
    EXPECT_EQ(body.value("requestId", ""), answer.field("x-request-id"));
    for (const auto& member : body.items())
        EXPECT_TRUE((std::set<std::string>{"error", "error_description", "details", "requestId"}.contains(
            member.key())))
            << member.key();
}

void expect_problem(const Answer& answer, int status, std::string_view error, std::string_view description) {
    expect_problem(answer, status, error);
    const json body = answer.json();
    ASSERT_TRUE(body.is_object());
    EXPECT_EQ(body.value("error_description", ""), description);
}

std::map<std::string, std::string> details_of(const Answer& answer) {
    std::map<std::string, std::string> details;
    const json body = answer.json();
    if (!body.is_object() || !body.contains("details")) return details;
    for (const json& detail : body["details"])
        details[detail.value("pointer", "?")] = detail.value("message", "");
    return details;
}

void expect_wrong_fields(const Answer& answer, const std::vector<std::string>& pointers) {
    expect_problem(answer, 400, "validation_failed");
    std::vector<std::string> found;
    for (const auto& [pointer, message] : details_of(answer)) {
        found.push_back(pointer);
        EXPECT_FALSE(message.empty()) << pointer;
    }
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(pointers)) << answer.body;
}

}  // namespace keyward::e2e
