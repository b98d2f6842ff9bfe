#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

class Grants : public LiveKeyward {
  protected:
    Answer create_as(const std::string& token, const std::string& environment = "production",
                     const std::string& name = unique_name()) {
        return send({.method = "POST",
                     .path = keys_path(),
                     .body = text_of(
                         create_body(name, "SECRET_KEY", "AES", {{environment, base64(random_octets(32))}})),
                     .token = token});
    }
    Answer get_as(const std::string& token, const std::string& name = "none") {
        return send({.path = key_path(name), .token = token});
    }
    void expect_forbidden(const Answer& answer, const std::string& permission) {
        expect_problem(answer, 403, "forbidden");
        EXPECT_THAT(answer.json().value("error_description", ""), testing::HasSubstr(permission));
    }
};

TEST_F(Grants, OfBothKindsAllowACreate) {
    EXPECT_EQ(create_as(home().user("both", {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"})).status, 200);
}
TEST_F(Grants, MayBeMissingAndTheTextNamesDeploy) {
    expect_forbidden(create_as(home().user("manager", {"SECRETS:MANAGE"})), "SECRETS:DEPLOY_UNDEPLOY");
}
TEST_F(Grants, MayBeMissingAndTheTextNamesManage) {
    expect_forbidden(create_as(home().user("deployer", {"SECRETS:DEPLOY_UNDEPLOY"})), "SECRETS:MANAGE");
}
TEST_F(Grants, ToUseKeysDoNotAllowACreate) {
    expect_forbidden(create_as(home().user("signer", {"SECRETS:USE"})), "SECRETS:MANAGE");
}
TEST_F(Grants, OfTheOlderNamesAreTheSame) {
    EXPECT_EQ(create_as(home().user("older", {"ROLE_API_SECURITY", "ROLE_DEPLOY_UNDEPLOY_PROXIES"})).status,
              200);
}
TEST_F(Grants, OfOneOlderNameAreHalf) {
    expect_forbidden(create_as(home().user("older-half", {"ROLE_API_SECURITY"})), "SECRETS:DEPLOY_UNDEPLOY");
    expect_forbidden(create_as(home().user("older-other-half", {"ROLE_DEPLOY_UNDEPLOY_PROXIES"})),
                     "SECRETS:MANAGE");
}
TEST_F(Grants, OfAnAdministratorAllowACreate) {
    const std::string token = home().user("admin", {});
    home().must({"grant", "admin", "--admin"});
    EXPECT_EQ(create_as(token).status, 200);
}
TEST_F(Grants, OfAnyKindAllowReading) {
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    for (const char* grant : {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY", "SECRETS:USE"})
        EXPECT_EQ(get_as(home().user(std::string("reader-") + &grant[8], {grant}), name).status, 200)
            << grant;
}
/// The parts of an answer by which a user without grants could distinguish two of them: all except the
/// request id and the requested name.
std::string seen_of(const Answer& answer, const std::string& asked) {
    json body = answer.json();
    EXPECT_EQ(body.erase("requestId"), 1U) << answer.body;
    std::string text = body.dump();
    const auto at = text.find(asked);
    if (at != std::string::npos) text.replace(at, asked.size(), "…");
    return std::to_string(answer.status) + " " + text;
}

TEST_F(Grants, OfNoKindMakeAProjectThatIsThereLikeOneThatIsNot) {
    const std::string token = home().user("stranger", {});
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    const auto asked = [&](const std::string& method, const std::string& of, const std::string& path,
                           const std::string& body) {
        return seen_of(
            send({.method = method, .path = "/apiops/projects/" + of + path, .body = body, .token = token}),
            of);
    };
    const std::string key = "/keys/" + name + "/";
    const std::string body =
        text_of(create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(random_octets(32))}}));
    for (const auto& [method, path, sent] :
         {std::tuple{"GET", std::string("/keys/"), std::string()}, std::tuple{"GET", key, std::string()},
          std::tuple{"POST", std::string("/keys/"), body},
          std::tuple{"POST", std::string("/keys/"), std::string("{")},
          std::tuple{"PUT", key, std::string("{}")}, std::tuple{"DELETE", key, std::string()},
          std::tuple{"GET", std::string("/environments/"), std::string()},
          std::tuple{"POST", key + "environments/production/encrypt/", std::string("{}")}}) {
        const std::string hidden = asked(method, project, path, sent);
        EXPECT_EQ(hidden, asked(method, "NoProject", path, sent)) << method << " " << path;
        EXPECT_THAT(hidden, testing::StartsWith("404 ")) << method << " " << path;
        EXPECT_THAT(hidden, testing::HasSubstr(R"("error_description":"Project (name: …) is not found")"))
            << method << " " << path;
    }
}
TEST_F(Grants, InAnotherProjectHideThisOne) {
    home().must({"project", "create", "Theirs", "--environments", "staging"});
    const std::string token = home().user("neighbour", {});
    home().must({"grant", "neighbour", "Theirs", "SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"});
    expect_problem(create_as(token), 404, "not_found");
}
TEST_F(Grants, LimitedToAnEnvironmentAllowThatOne) {
    const std::string token =
        home().user("limited", {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"}, "staging");
    EXPECT_EQ(create_as(token, "staging").status, 200);
    expect_problem(
        create_as(token, "production"), 400, "bad_request",
        "Environment (name: production) is not found or user does not have privilege to access it!");
}
TEST_F(Grants, LimitedToDifferentEnvironmentsMeetNowhere) {
    const std::string token = home().user("crossed", {"SECRETS:MANAGE"}, "staging");
    home().must({"grant", "crossed", project, "SECRETS:DEPLOY_UNDEPLOY", "--environments", "production"});
    for (const char* environment : {"staging", "production"})
        expect_problem(create_as(token, environment), 400, "bad_request",
                       std::string("Environment (name: ") + environment +
                           ") is not found or user does not have privilege to access it!");
}
TEST_F(Grants, TakenAwayEndAtOnce) {
    const std::string token = home().user("revoked", {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"});
    ASSERT_EQ(create_as(token).status, 200);
    home().must({"grant", "revoked", project, "SECRETS:DEPLOY_UNDEPLOY", "--revoke"});
    expect_forbidden(create_as(token), "SECRETS:DEPLOY_UNDEPLOY");
}
TEST_F(Grants, OfAMadeUpNameAreRefusedWithCodeTwo) {
    home().must({"user", "create", "typo"});
    EXPECT_EQ(home().keyward({"grant", "typo", project, "SECRETS:MANGE"}).code, 2);
}

}  // namespace
}  // namespace keyward::e2e
