#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

const std::string project_path = std::string("/apiops/projects/") + project + "/environments/";
const std::string all_path = "/apiops/environments/";

/// Two environments with a token, one whose token does not exist, and one that belongs to no project.
class ListEnvironments : public LiveKeyward {
  protected:
    static void SetUpTestSuite() {
        start({.without_token = {"tokenless"},
               .outside = {"outside"},
               .each_environment = R"(description = "for Müller's trials")"});
        admin = home().user("admin", {});
        home().must({"grant", "admin", "--admin"});
    }
    json list(const std::string& path, const std::string& token) {
        const Answer answer = send({.path = path, .token = token});
        EXPECT_EQ(answer.status, 200) << answer.body;
        expect_common_fields(answer);
        json body = answer.json();
        EXPECT_EQ(body.size(), 3U) << answer.body;
        EXPECT_TRUE(body.value("success", false));
        EXPECT_EQ(body.value("resultCount", std::size_t{0}), body["resultList"].size());
        return body["resultList"];
    }
    static std::vector<std::string> values(const json& entries, const char* member) {
        std::vector<std::string> all;
        for (const json& entry : entries)
            all.push_back(entry.value(member, "none"));
        return all;
    }
    inline static std::string admin;
};

using testing::ElementsAre;

TEST_F(ListEnvironments, OfAProject) {
    const json entries = list(project_path, home().token());
    EXPECT_THAT(values(entries, "name"), ElementsAre("production", "staging", "tokenless"));
    EXPECT_EQ(values(entries, "id"), values(entries, "name"));
    EXPECT_THAT(values(entries, "type"), testing::Each("TEST"));
    EXPECT_THAT(values(entries, "description"), testing::Each("for Müller's trials"));
    EXPECT_THAT(values(entries, "status"), ElementsAre("PUBLISHED", "PUBLISHED", "UNPUBLISHED"));
    EXPECT_EQ(entries[0].size(), 5U) << entries;
}

TEST_F(ListEnvironments, OnlyWithinTheCallersGrants) {
    const std::string token = home().user("limited", {"SECRETS:USE"}, "staging");
    EXPECT_THAT(values(list(project_path, token), "name"), ElementsAre("staging"));
}

TEST_F(ListEnvironments, WithoutATypeWhereTheConfigurationLacksThem) {
    const std::string wider = home().folder().write("wider.toml", test::read_file(home().config()) + R"(
[[environment]]
name = "gone"
module = "/usr/lib/softhsm/libsofthsm2.so"
token_label = "gone"
pin_source = "env:GONE"
)");
    test::output_of(
        {keyward_binary(), "project", "create", "Old", "--environments", "gone,staging", "--config", wider});
    const json entries = list("/apiops/projects/Old/environments", admin);
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].dump(),
              R"({"description":"","id":"gone","name":"gone","status":"UNPUBLISHED","type":null})");
}

TEST_F(ListEnvironments, NotOfAProjectThatTheCallerMayNotSee) {
    expect_problem(send({.path = project_path, .token = home().user("stranger", {})}), 404, "not_found");
    expect_problem(get("/apiops/projects/Nowhere/environments/"), 404, "not_found");
    expect_problem(send({.path = project_path}), 401, "invalid_token");
}

TEST_F(ListEnvironments, AllForAnAdministrator) {
    const json entries = list(all_path, admin);
    EXPECT_THAT(values(entries, "name"), ElementsAre("production", "staging", "tokenless", "outside"));
    EXPECT_THAT(values(entries, "status"), ElementsAre("PUBLISHED", "PUBLISHED", "UNPUBLISHED", "PUBLISHED"));
}

TEST_F(ListEnvironments, AllForNobodyElse) {
    expect_problem(get(all_path), 403, "forbidden", "The permission ROLE_ADMIN is required");
    expect_problem(send({.path = all_path}), 401, "invalid_token");
}

TEST_F(ListEnvironments, WithoutQueryParameters) {
    expect_wrong_fields(get(project_path + "?limit=1"), {"?limit"});
    expect_wrong_fields(send({.path = all_path + "?type=TEST", .token = admin}), {"?type"});
}

TEST_F(ListEnvironments, ByGetAlone) {
    for (const std::string& path : {project_path, all_path}) {
        const Answer answer = send({.method = "POST", .path = path, .body = "{}", .token = admin});
        expect_problem(answer, 405, "method_not_allowed");
        EXPECT_EQ(answer.field("allow"), "GET, HEAD, OPTIONS");
    }
}

}  // namespace
}  // namespace keyward::e2e
