#include <gtest/gtest.h>

#include "service/auth/api_token.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

class AccessTest : public testing::Test {
  protected:
    std::string token_of_alice(std::optional<Instant> expires_at = {}) {
        const SecretBytes token = make_api_token();
        token_id_ = fixture_.catalogue->access_tokens.create_api_token(
            fixture_.alice.user_id, "test", hash_api_token(token.reveal_text()), expires_at, {});
        return std::string(token.reveal_text());
    }

    Caller authenticate(const std::string& header) { return access_.authenticate(&header); }

    ServiceFixture fixture_;
    Access access_{fixture_.catalogue->access_tokens, fixture_.catalogue->users, fixture_.catalogue->projects,
                   [this] { return fixture_.now; }};
    std::string token_id_;
};

TEST_F(AccessTest, KnowsTheOwnerOfAToken) {
    EXPECT_EQ(authenticate("Bearer " + token_of_alice()).user_name, "alice");
}

TEST_F(AccessTest, TheSchemesCaseDoesNotMatter) {
    EXPECT_EQ(authenticate("bEaReR  " + token_of_alice()).user_name, "alice");
}

TEST_F(AccessTest, RefusesWhatIsNoBearerToken) {
    const std::string token = token_of_alice();
    const std::vector<std::string> headers{"",
                                           "Basic " + token,
                                           "Bearer",
                                           "Bearer ",
                                           "Bearer" + token,
                                           token,
                                           "Bearer " + token.substr(0, token.size() - 1),
                                           "Bearer " + token + "A"};
    for (const std::string& header : headers)
        EXPECT_EQ(error_of([&] { authenticate(header); }).kind(), ErrorKind::invalid_token) << header;
}

TEST_F(AccessTest, AMissingHeaderIsToldWhatToSend) {
    EXPECT_STREQ(error_of([&] { access_.authenticate(nullptr); }).what(),
                 "The Authorization header is missing: send Authorization: Bearer {token}");
}

TEST_F(AccessTest, AMistypedTokenIsToldFromAnUnknownOne) {
    std::string token = token_of_alice();
    token[10] = token[10] == 'A' ? 'B' : 'A';
    EXPECT_STREQ(error_of([&] { authenticate("Bearer " + token); }).what(),
                 "The token is malformed: was it copied whole?");
    EXPECT_STREQ(
        error_of([&] { authenticate("Bearer " + std::string(make_api_token().reveal_text())); }).what(),
        "The token is unknown");
}

TEST_F(AccessTest, ARevokedTokenIsRefused) {
    const std::string token = token_of_alice();
    fixture_.catalogue->access_tokens.revoke_api_token(token_id_, {});
    EXPECT_EQ(error_of([&] { authenticate("Bearer " + token); }).kind(), ErrorKind::invalid_token);
}

TEST_F(AccessTest, ATokenIsValidUntilItsEndAndNotAtIt) {
    const std::string token = token_of_alice(fixture_.now + std::chrono::milliseconds(1));
    EXPECT_NO_THROW(authenticate("Bearer " + token));
    fixture_.now += std::chrono::milliseconds(1);
    EXPECT_EQ(error_of([&] { authenticate("Bearer " + token); }).kind(), ErrorKind::token_expired);
}

TEST_F(AccessTest, AProjectWithoutAGrantIsAsGoodAsNone) {
    Caller stranger = fixture_.alice;
    stranger.grants.clear();
    EXPECT_STREQ(error_of([&] { access_.visible_project(stranger, "MyProject"); }).what(),
                 "Project (name: MyProject) is not found");
    EXPECT_STREQ(error_of([&] { access_.visible_project(fixture_.alice, "Nowhere"); }).what(),
                 "Project (name: Nowhere) is not found");
}

TEST_F(AccessTest, ALackingPermissionIsNamed) {
    Caller caller = fixture_.alice;
    caller.grants = {{fixture_.project.id, Permission::manage, {}}};
    const auto error = error_of([&] {
        Access::require(caller, fixture_.project, {Permission::manage, Permission::deploy_undeploy});
    });
    EXPECT_EQ(error.kind(), ErrorKind::forbidden);
    EXPECT_STREQ(error.what(), "The permission SECRETS:DEPLOY_UNDEPLOY in project MyProject is required");
}

TEST_F(AccessTest, AnAdministratorManagesButDoesNotUse) {
    Caller admin = fixture_.alice;
    admin.grants = {{"", Permission::admin, {}}};
    EXPECT_TRUE(admin.holds(Permission::manage, fixture_.project, "production"));
    EXPECT_TRUE(admin.holds(Permission::deploy_undeploy, fixture_.project, "production"));
    EXPECT_FALSE(admin.holds(Permission::use, fixture_.project, "production"));
}

TEST_F(AccessTest, AGrantOfAnotherProjectIsNone) {
    Caller caller = fixture_.alice;
    caller.grants = {{"another-project", Permission::manage, {}}};
    EXPECT_FALSE(caller.sees(fixture_.project));
    EXPECT_FALSE(caller.holds(Permission::manage, fixture_.project));
}

TEST_F(AccessTest, AGrantForOneEnvironmentDoesNotReachAnother) {
    Caller caller = fixture_.alice;
    caller.grants = {{fixture_.project.id, Permission::manage, {"staging"}}};
    EXPECT_TRUE(caller.holds(Permission::manage, fixture_.project));
    EXPECT_TRUE(caller.holds(Permission::manage, fixture_.project, "staging"));
    EXPECT_FALSE(caller.holds(Permission::manage, fixture_.project, "production"));
}

TEST(ApiToken, HasThePrefixAndIsNeverTheSame) {
    const SecretBytes one = make_api_token();
    const SecretBytes other = make_api_token();
    EXPECT_TRUE(one.reveal_text().starts_with("kw_"));
    EXPECT_EQ(one.size(), 51U);
    EXPECT_TRUE(is_api_token(one.reveal_text()));
    EXPECT_NE(one.reveal_text(), other.reveal_text());
}

TEST(Permissions, TheOlderNamesStandForTheSameGrants) {
    EXPECT_EQ(permission_from("ROLE_API_SECURITY"), Permission::manage);
    EXPECT_EQ(permission_from("ROLE_DEPLOY_UNDEPLOY_PROXIES"), Permission::deploy_undeploy);
    EXPECT_EQ(permission_from("secrets:manage"), std::nullopt);
    EXPECT_EQ(to_string(Permission::manage), "SECRETS:MANAGE");
}

}  // namespace
}  // namespace keyward::service
