#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(CatalogueContract, AProjectKeepsItsEnvironmentsInTheOrderGiven) {
    EXPECT_TRUE(catalogue_->projects.create_project("payments", {"staging", "production", "a"},
                                                    audit("project.create")));
    const auto project = catalogue_->projects.find_project("payments").value();
    EXPECT_EQ(project.name, "payments");
    EXPECT_THAT(project.environments, ElementsAre("staging", "production", "a"));
}

TEST_P(CatalogueContract, AProjectWithoutEnvironmentsIsFound) {
    EXPECT_TRUE(catalogue_->projects.create_project("empty", {}, audit("project.create")));
    EXPECT_THAT(catalogue_->projects.find_project("empty").value().environments, IsEmpty());
}

TEST_P(CatalogueContract, ATakenProjectNameIsRefusedAndNothingChanges) {
    const auto id = new_project();
    EXPECT_FALSE(catalogue_->projects.create_project("payments", {"other"}, audit("project.create.again")));
    const auto project = catalogue_->projects.find_project("payments").value();
    EXPECT_EQ(project.id, id);
    EXPECT_THAT(project.environments, ElementsAre("production", "staging"));
    EXPECT_THAT(audited(), ElementsAre("project.create"));
}

TEST_P(CatalogueContract, AProjectThatNamesAnEnvironmentTwiceIsNotMade) {
    EXPECT_THROW(
        catalogue_->projects.create_project("twice", {"production", "production"}, audit("project.create")),
        CatalogueError);
    EXPECT_EQ(catalogue_->projects.find_project("twice"), std::nullopt);
    EXPECT_THAT(audited(), IsEmpty());
}

TEST_P(CatalogueContract, ProjectsAreListedByName) {
    new_project("b");
    new_project("B");
    new_project("a");
    std::vector<std::string> names;
    for (const auto& project : catalogue_->projects.all_projects()) {
        names.push_back(project.name);
        EXPECT_THAT(project.environments, ElementsAre("production", "staging"));
    }
    EXPECT_THAT(names, ElementsAre("B", "a", "b"));
}

TEST_P(CatalogueContract, AnUnknownProjectIsNotFound) {
    EXPECT_EQ(catalogue_->projects.find_project("none"), std::nullopt);
}

TEST_P(CatalogueContract, AnEmptyProjectIsDeletedWithItsGrants) {
    const auto user = new_user();
    catalogue_->users.add_grant(user, {new_project(), Permission::use, {}}, audit("grant.add"));
    EXPECT_TRUE(catalogue_->projects.delete_project("payments", audit("project.delete")));
    EXPECT_EQ(catalogue_->projects.find_project("payments"), std::nullopt);
    EXPECT_THAT(catalogue_->users.grants_of(user), IsEmpty());
    EXPECT_THAT(audited(), ElementsAre("user.create", "project.create", "grant.add", "project.delete"));
}

TEST_P(CatalogueContract, AProjectWithAKeyIsNotDeleted) {
    begun(new_project());
    EXPECT_FALSE(catalogue_->projects.delete_project("payments", audit("project.delete")));
    EXPECT_TRUE(catalogue_->projects.find_project("payments"));
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create"));
}

TEST_P(CatalogueContract, AnUnknownProjectIsNotDeleted) {
    EXPECT_FALSE(catalogue_->projects.delete_project("none", audit("project.delete")));
    EXPECT_THAT(audited(), IsEmpty());
}

TEST_P(CatalogueContract, AUserIsFoundByName) {
    EXPECT_TRUE(catalogue_->users.create_user("alice", "hash", audit("user.create")));
    EXPECT_EQ(catalogue_->users.find_user("alice").value().name, "alice");
    EXPECT_EQ(catalogue_->users.find_user("Alice").has_value(), false);
}

TEST_P(CatalogueContract, UsersAreListedByName) {
    const auto bob = new_user("bob");
    const auto alice = new_user("alice");
    const auto users = catalogue_->users.all_users();
    ASSERT_EQ(users.size(), 2);
    EXPECT_EQ(users[0].id, alice);
    EXPECT_EQ(users[1].id, bob);
}

TEST_P(CatalogueContract, ATakenUserNameIsRefused) {
    const auto id = new_user();
    EXPECT_FALSE(catalogue_->users.create_user("alice", "other", audit("user.create.again")));
    EXPECT_EQ(catalogue_->users.find_user("alice").value().id, id);
    EXPECT_THAT(audited(), ElementsAre("user.create"));
}

TEST_P(CatalogueContract, ADeletedUsersGrantsAndTokensGoAndTheAuditStays) {
    const auto user = new_user();
    catalogue_->users.add_grant(user, {"", Permission::admin, {}}, audit("grant.add"));
    catalogue_->access_tokens.create_api_token(user, "laptop", "hash", std::nullopt, audit("token.create"));
    EXPECT_TRUE(catalogue_->users.delete_user("alice", audit("user.delete")));
    EXPECT_FALSE(catalogue_->users.find_user("alice"));
    EXPECT_FALSE(catalogue_->access_tokens.find_identity("hash"));
    EXPECT_THAT(catalogue_->access_tokens.api_tokens(), IsEmpty());
    EXPECT_THAT(catalogue_->users.grants_of(user), IsEmpty());
    EXPECT_THAT(audited(), ElementsAre("user.create", "grant.add", "token.create", "user.delete"));
}

TEST_P(CatalogueContract, AnUnknownUserIsNotDeleted) {
    EXPECT_FALSE(catalogue_->users.delete_user("none", audit("user.delete")));
    EXPECT_THAT(audited(), IsEmpty());
}

TEST_P(CatalogueContract, AnApiTokenLeadsToItsUser) {
    const auto user = new_user();
    catalogue_->access_tokens.create_api_token(user, "laptop", "hash", at(99), audit("token.create"));
    const auto identity = catalogue_->access_tokens.find_identity("hash").value();
    EXPECT_EQ(identity.user_id, user);
    EXPECT_EQ(identity.user_name, "alice");
    EXPECT_EQ(identity.expires_at, at(99));
    EXPECT_FALSE(identity.revoked);
}

TEST_P(CatalogueContract, AnApiTokenMayHaveNoEnd) {
    catalogue_->access_tokens.create_api_token(new_user(), "laptop", "hash", std::nullopt,
                                               audit("token.create"));
    EXPECT_EQ(catalogue_->access_tokens.find_identity("hash").value().expires_at, std::nullopt);
}

TEST_P(CatalogueContract, ApiTokensAreListedWithTheMomentOfTheirAudit) {
    const auto id = catalogue_->access_tokens.create_api_token(new_user(), "laptop", "hash", at(99),
                                                               audit("token.create"));
    const auto tokens = catalogue_->access_tokens.api_tokens();
    ASSERT_EQ(tokens.size(), 1);
    EXPECT_EQ(tokens[0].id, id);
    EXPECT_EQ(tokens[0].user_name, "alice");
    EXPECT_EQ(tokens[0].name, "laptop");
    EXPECT_EQ(tokens[0].created_at, at(1000));
    EXPECT_EQ(tokens[0].expires_at, at(99));
    EXPECT_FALSE(tokens[0].revoked);
}

TEST_P(CatalogueContract, AnUnknownHashHasNoIdentity) {
    catalogue_->access_tokens.create_api_token(new_user(), "laptop", "hash", std::nullopt,
                                               audit("token.create"));
    EXPECT_FALSE(catalogue_->access_tokens.find_identity("HASH"));
}

TEST_P(CatalogueContract, ARevokedApiTokenIsStillKnownAsRevoked) {
    const auto id = catalogue_->access_tokens.create_api_token(new_user(), "laptop", "hash", std::nullopt,
                                                               audit("token.create"));
    EXPECT_TRUE(catalogue_->access_tokens.revoke_api_token(id, audit("token.revoke")));
    EXPECT_TRUE(catalogue_->access_tokens.find_identity("hash").value().revoked);
    EXPECT_TRUE(catalogue_->access_tokens.api_tokens().at(0).revoked);
}

TEST_P(CatalogueContract, AnApiTokenIsRevokedOnce) {
    const auto id = catalogue_->access_tokens.create_api_token(new_user(), "laptop", "hash", std::nullopt,
                                                               audit("token.create"));
    EXPECT_TRUE(catalogue_->access_tokens.revoke_api_token(id, audit("token.revoke")));
    EXPECT_FALSE(catalogue_->access_tokens.revoke_api_token(id, audit("token.revoke.again")));
    EXPECT_FALSE(catalogue_->access_tokens.revoke_api_token("unknown", audit("token.revoke.unknown")));
    EXPECT_THAT(audited(), ElementsAre("user.create", "token.create", "token.revoke"));
}

TEST_P(CatalogueContract, TheSameHashIsNotStoredTwice) {
    const auto user = new_user();
    catalogue_->access_tokens.create_api_token(user, "laptop", "hash", std::nullopt, audit("token.create"));
    EXPECT_THROW(catalogue_->access_tokens.create_api_token(user, "phone", "hash", std::nullopt,
                                                            audit("token.create.again")),
                 CatalogueError);
    EXPECT_THAT(audited(), ElementsAre("user.create", "token.create"));
}

TEST_P(CatalogueContract, AnApiTokenNeedsAUser) {
    EXPECT_THROW(catalogue_->access_tokens.create_api_token("nobody", "laptop", "hash", std::nullopt,
                                                            audit("token.create")),
                 CatalogueError);
    EXPECT_FALSE(catalogue_->access_tokens.find_identity("hash"));
}

TEST_P(CatalogueContract, APasswordIsCheckedAgainstTheHashThatWasStored) {
    catalogue_->users.create_user("alice", "hash", audit("user.create"));
    const auto credentials = catalogue_->users.find_credentials("alice").value();
    EXPECT_EQ(credentials.user.id, catalogue_->users.find_user("alice").value().id);
    EXPECT_EQ(credentials.user.name, "alice");
    EXPECT_EQ(credentials.password_hash, "hash");
    EXPECT_EQ(catalogue_->users.find_credentials("Alice").has_value(), false);
}

TEST_P(CatalogueContract, AUserWithoutAPasswordHasAnEmptyHash) {
    new_user();
    EXPECT_EQ(catalogue_->users.find_credentials("alice").value().password_hash, "");
}

TEST_P(CatalogueContract, ExpiredTokensOfOneNameAreRemovedAndNoOthers) {
    const auto user = new_user();
    catalogue_->access_tokens.create_api_token(user, "login", "over", at(99), audit("token.create"));
    catalogue_->access_tokens.create_api_token(user, "login", "ending", at(100), audit("token.create"));
    catalogue_->access_tokens.create_api_token(user, "login", "endless", std::nullopt, audit("token.create"));
    catalogue_->access_tokens.create_api_token(user, "laptop", "other", at(99), audit("token.create"));
    catalogue_->access_tokens.remove_expired_tokens("login", at(100));
    EXPECT_FALSE(catalogue_->access_tokens.find_identity("over"));
    for (const auto* hash : {"ending", "endless", "other"})
        EXPECT_TRUE(catalogue_->access_tokens.find_identity(hash)) << hash;
}

TEST_P(CatalogueContract, TheLastLoginFromANetworkIsKept) {
    const auto user = new_user();
    EXPECT_EQ(catalogue_->login_networks.last_login("alice", "192.0.2.0/24"), std::nullopt);
    catalogue_->login_networks.keep_login(user, "192.0.2.0/24", at(100));
    catalogue_->login_networks.keep_login(user, "192.0.2.0/24", at(200));
    const auto other = another();
    EXPECT_EQ(other->login_networks.last_login("alice", "192.0.2.0/24"), at(200));
    EXPECT_EQ(catalogue_->login_networks.last_login("alice", "198.51.100.0/24"), std::nullopt);
    EXPECT_EQ(catalogue_->login_networks.last_login("bob", "192.0.2.0/24"), std::nullopt);
}

TEST_P(CatalogueContract, OldLoginsAreForgotten) {
    const auto user = new_user();
    catalogue_->login_networks.keep_login(user, "192.0.2.0/24", at(99));
    catalogue_->login_networks.keep_login(user, "198.51.100.0/24", at(100));
    catalogue_->login_networks.forget_logins(at(100));
    EXPECT_EQ(catalogue_->login_networks.last_login("alice", "192.0.2.0/24"), std::nullopt);
    EXPECT_EQ(catalogue_->login_networks.last_login("alice", "198.51.100.0/24"), at(100));
}

TEST_P(CatalogueContract, LoginsGoWithTheirUser) {
    const auto user = new_user();
    catalogue_->login_networks.keep_login(user, "192.0.2.0/24", at(100));
    catalogue_->users.delete_user("alice", audit("x"));
    new_user();
    EXPECT_EQ(catalogue_->login_networks.last_login("alice", "192.0.2.0/24"), std::nullopt);
}

TEST_P(CatalogueContract, AProbeWritesTheRowOfItsOwnerAndForgetsOldOnes) {
    const auto day = std::chrono::hours(24);
    catalogue_->readiness.probe("gone", at(1));
    catalogue_->readiness.probe("first", at(2));
    catalogue_->readiness.probe("first", at(1) + day);
    EXPECT_THAT(database_->query("select owner from probes order by owner"),
                ElementsAre(ElementsAre("first"), ElementsAre("gone")));
    catalogue_->readiness.probe("first", at(2) + day);
    EXPECT_THAT(database_->query("select owner from probes"), ElementsAre(ElementsAre("first")));
}

TEST_P(CatalogueContract, AProbeOfADatabaseThatCantBeWrittenOrReadFails) {
    database_->query("drop table probes");
    EXPECT_THROW(catalogue_->readiness.probe("first", at(1)), CatalogueError);
    database_->query("create table probes (owner text primary key, probed_at bigint not null)");
    EXPECT_NO_THROW(catalogue_->readiness.probe("first", at(1)));
    database_->query("alter table attempts rename to elsewhere");
    EXPECT_THROW(catalogue_->readiness.probe("first", at(1)), CatalogueError);
}

TEST_P(CatalogueContract, TheAccessVersionGrowsWithWhatMayTakeSomethingAwayAndNotWithWhatIsAdded) {
    const auto project = new_project();
    const auto user = new_user();
    const Grant grant{project, Permission::use, {}};
    const auto token = catalogue_->access_tokens.create_api_token(user, "t", "hash", {}, audit("x"));
    EXPECT_EQ(catalogue_->access_tokens.access_version(), 0);
    catalogue_->users.add_grant(user, grant, audit("x"));
    EXPECT_EQ(catalogue_->access_tokens.access_version(), 1);
    catalogue_->users.revoke_grant(user, grant, audit("x"));
    catalogue_->users.revoke_grant(user, grant, audit("x"));
    EXPECT_EQ(catalogue_->access_tokens.access_version(), 2);
    catalogue_->access_tokens.revoke_api_token(token, audit("x"));
    EXPECT_EQ(catalogue_->access_tokens.access_version(), 3);
    catalogue_->users.delete_user("alice", audit("x"));
    EXPECT_EQ(catalogue_->access_tokens.access_version(), 4);
    catalogue_->projects.delete_project("payments", audit("x"));
    EXPECT_EQ(another()->access_tokens.access_version(), 5);
}

}  // namespace
}  // namespace keyward::storage
