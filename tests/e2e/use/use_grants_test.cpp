#include <gmock/gmock.h>

#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

using testing::HasSubstr;

constexpr auto calls = {"encrypt", "decrypt", "sign", "verify", "certificate-request"};

class UseGrants : public KeyUse {
  protected:
    static json message() { return operation("AES-GCM", "message"); }

    void expect_forbidden(const std::string& token, const std::string& key) {
        for (const char* call : calls) {
            const Answer answer = use_as(token, key, call, message());
            expect_problem(answer, 403, "forbidden",
                           "The permission SECRETS:USE in project MyProject is required");
        }
    }
    static std::string id_of_token(const std::string& name) {
        const auto list = json::parse(home().must({"token", "list", "--json"}));
        for (const json& row : list.is_array() ? list : list.begin().value())
            if (row.value("name", "") == name) return row.value("id", "");
        return {};
    }
};

TEST_F(UseGrants, ToManageKeysDoNotAllowTheirUse) {
    expect_forbidden(home().user("manager", {"SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"}), gcm_key());
}

TEST_F(UseGrants, OfAnAdministratorDoNotAllowIt) {
    const std::string token = home().user("admin", {});
    home().must({"grant", "admin", "--admin"});
    expect_forbidden(token, gcm_key());
}

TEST_F(UseGrants, ToUseKeysAreEnoughAndAllowNothingElse) {
    const std::string token = home().user("user", {"SECRETS:USE"});
    const std::string key = gcm_key();
    EXPECT_EQ(use_as(token, key, "encrypt", message()).status, 200);
    const Answer changed =
        send({.method = "PUT", .path = key_path(key), .body = R"({"description":"x"})", .token = token});
    expect_problem(changed, 403, "forbidden");
    EXPECT_THAT(changed.json().value("error_description", ""), HasSubstr("SECRETS:MANAGE"));
    expect_problem(send({.method = "DELETE", .path = key_path(key), .token = token}), 403, "forbidden");
}

TEST_F(UseGrants, LimitedToAnEnvironmentAllowThatOne) {
    const std::string token = home().user("limited", {"SECRETS:USE"}, "staging");
    const std::string key = new_key("SECRET_KEY", "AES", random_octets(32), {}, {"production", "staging"});
    EXPECT_EQ(use_as(token, key, "encrypt", message(), "staging").status, 200);
    for (const char* environment : {"production", "nowhere"})
        expect_problem(use_as(token, key, "encrypt", message(), environment), 400, "bad_request",
                       "Environment (name: " + std::string(environment) +
                           ") is not found or user does not have privilege to access it!");
}

TEST_F(UseGrants, OfTwoKindsInDifferentEnvironmentsDoNotMeet) {
    const std::string token = home().user("crossed", {"SECRETS:USE"}, "staging");
    home().must({"grant", "crossed", project, "SECRETS:MANAGE", "--environments", "production"});
    expect_problem(use_as(token, gcm_key(), "encrypt", message()), 400, "bad_request");
}

TEST_F(UseGrants, OfNoKindHideTheKey) {
    const std::string key = gcm_key();
    expect_problem(use_as(home().user("stranger", {}), key, "encrypt", message()), 404, "not_found",
                   "Project (name: MyProject) is not found");
    expect_problem(use_as({}, key, "encrypt", message()), 401, "invalid_token");
}

TEST_F(UseGrants, TakenAwayEndAtTheNextRequest) {
    const std::string token = home().user("revoked", {"SECRETS:USE", "SECRETS:MANAGE"});
    const std::string key = gcm_key();
    ASSERT_EQ(use_as(token, key, "encrypt", message()).status, 200);
    home().must({"grant", "revoked", project, "SECRETS:USE", "--revoke"});
    expect_forbidden(token, key);
}

TEST_F(UseGrants, TakenAwayForOneEnvironmentEndThereAtTheNextRequest) {
    const std::string token = home().user("narrowed", {"SECRETS:USE"}, "production,staging");
    const std::string key = new_key("SECRET_KEY", "AES", random_octets(32), {}, {"production", "staging"});
    ASSERT_EQ(use_as(token, key, "encrypt", message()).status, 200);
    home().must({"grant", "narrowed", project, "SECRETS:USE", "--environments", "production", "--revoke"});
    expect_problem(use_as(token, key, "encrypt", message()), 400, "bad_request");
    EXPECT_EQ(use_as(token, key, "encrypt", message(), "staging").status, 200);
}

TEST_F(UseGrants, AreOfNoUseWithARevokedToken) {
    static_cast<void>(home().user("two-tokens", {"SECRETS:USE"}));
    const std::string token = home().must({"token", "create", "--user", "two-tokens", "--name", "short"});
    const std::string key = gcm_key();
    ASSERT_EQ(use_as(token, key, "encrypt", message()).status, 200);
    home().must({"token", "revoke", id_of_token("short")});
    expect_problem(use_as(token, key, "encrypt", message()), 401, "invalid_token",
                   "The token has been revoked");
}

TEST_F(UseGrants, AreOfNoUseToAUserWhoIsGone) {
    const std::string token = home().user("leaver", {"SECRETS:USE"});
    const std::string key = gcm_key();
    ASSERT_EQ(use_as(token, key, "encrypt", message()).status, 200);
    home().must({"user", "delete", "leaver"});
    expect_problem(use_as(token, key, "encrypt", message()), 401, "invalid_token");
}

TEST_F(UseGrants, GivenLaterWorkAtTheNextRequest) {
    const std::string token = home().user("late", {"SECRETS:MANAGE"});
    const std::string key = gcm_key();
    expect_forbidden(token, key);
    home().must({"grant", "late", project, "SECRETS:USE"});
    EXPECT_EQ(use_as(token, key, "encrypt", message()).status, 200);
}

}  // namespace
}  // namespace keyward::e2e
