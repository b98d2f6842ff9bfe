#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(CatalogueContract, AGrantIsForAllEnvironmentsWhenItNamesNone) {
    const auto user = new_user();
    const Grant grant{new_project(), Permission::manage, {}};
    catalogue_->users.add_grant(user, grant, audit("grant.add"));
    EXPECT_THAT(catalogue_->users.grants_of(user), ElementsAre(grant));
}

TEST_P(CatalogueContract, AGrantMayHoldEverywhere) {
    const auto user = new_user();
    const Grant grant{"", Permission::admin, {}};
    catalogue_->users.add_grant(user, grant, audit("grant.add"));
    catalogue_->users.add_grant(user, grant, audit("grant.add"));
    EXPECT_THAT(catalogue_->users.grants_of(user), ElementsAre(grant));
}

TEST_P(CatalogueContract, AddingAGrantAddsItsEnvironmentsToThoseHeld) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {"staging"}}, audit("grant.add"));
    catalogue_->users.add_grant(user, {project, Permission::use, {"production", "staging"}},
                                audit("grant.add"));
    EXPECT_THAT(catalogue_->users.grants_of(user),
                ElementsAre(Grant{project, Permission::use, {"production", "staging"}}));
}

TEST_P(CatalogueContract, AddingAGrantForAllWidensOneForSome) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {"staging"}}, audit("grant.add"));
    catalogue_->users.add_grant(user, {project, Permission::use, {}}, audit("grant.add"));
    EXPECT_THAT(catalogue_->users.grants_of(user), ElementsAre(Grant{project, Permission::use, {}}));
}

TEST_P(CatalogueContract, AddingAGrantForSomeLeavesOneForAllAsItIs) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {}}, audit("grant.add"));
    catalogue_->users.add_grant(user, {project, Permission::use, {"staging"}}, audit("grant.add"));
    EXPECT_THAT(catalogue_->users.grants_of(user), ElementsAre(Grant{project, Permission::use, {}}));
}

TEST_P(CatalogueContract, GrantsOfDifferentPermissionsAndProjectsStayApart) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {"staging"}}, audit("grant.add"));
    catalogue_->users.add_grant(user, {project, Permission::manage, {"production"}}, audit("grant.add"));
    catalogue_->users.add_grant(user, {"", Permission::use, {}}, audit("grant.add"));
    EXPECT_THAT(
        catalogue_->users.grants_of(user),
        ElementsAre(Grant{"", Permission::use, {}}, Grant{project, Permission::manage, {"production"}},
                    Grant{project, Permission::use, {"staging"}}));
}

TEST_P(CatalogueContract, AnEnvironmentWithoutANameIsNoGrantForAll) {
    const auto user = new_user();
    const auto project = new_project();
    EXPECT_THROW(catalogue_->users.add_grant(user, {project, Permission::use, {""}}, audit("grant.add")),
                 CatalogueError);
    EXPECT_THAT(catalogue_->users.grants_of(user), IsEmpty());
}

TEST_P(CatalogueContract, AGrantToAnUnknownUserOrProjectIsAnError) {
    const auto user = new_user();
    EXPECT_THROW(catalogue_->users.add_grant("nobody", {"", Permission::admin, {}}, audit("grant.add")),
                 CatalogueError);
    EXPECT_THROW(catalogue_->users.add_grant(user, {"no project", Permission::use, {}}, audit("grant.add")),
                 CatalogueError);
    EXPECT_THAT(audited(), ElementsAre("user.create"));
}

TEST_P(CatalogueContract, RevokingWithoutEnvironmentsTakesThePermissionWhole) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {"staging", "production"}},
                                audit("grant.add"));
    EXPECT_TRUE(catalogue_->users.revoke_grant(user, {project, Permission::use, {}}, audit("grant.revoke")));
    EXPECT_THAT(catalogue_->users.grants_of(user), IsEmpty());
}

TEST_P(CatalogueContract, RevokingAnEnvironmentLeavesTheOthers) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {"staging", "production"}},
                                audit("grant.add"));
    EXPECT_TRUE(catalogue_->users.revoke_grant(user, {project, Permission::use, {"staging", "unknown"}},
                                               audit("grant.revoke")));
    EXPECT_THAT(catalogue_->users.grants_of(user),
                ElementsAre(Grant{project, Permission::use, {"production"}}));
}

TEST_P(CatalogueContract, RevokingAnEnvironmentOfAGrantForAllLeavesTheProjectsOthers) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {}}, audit("grant.add"));
    EXPECT_TRUE(catalogue_->users.revoke_grant(user, {project, Permission::use, {"production"}},
                                               audit("grant.revoke")));
    EXPECT_THAT(catalogue_->users.grants_of(user), ElementsAre(Grant{project, Permission::use, {"staging"}}));
}

TEST_P(CatalogueContract, RevokingEveryEnvironmentOfAGrantForAllTakesItWhole) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {}}, audit("grant.add"));
    EXPECT_TRUE(catalogue_->users.revoke_grant(user, {project, Permission::use, {"production", "staging"}},
                                               audit("grant.revoke")));
    EXPECT_THAT(catalogue_->users.grants_of(user), IsEmpty());
}

TEST_P(CatalogueContract, AGrantThatHoldsEverywhereCantLoseOneEnvironment) {
    const auto user = new_user();
    catalogue_->users.add_grant(user, {"", Permission::admin, {}}, audit("grant.add"));
    EXPECT_FALSE(
        catalogue_->users.revoke_grant(user, {"", Permission::admin, {"staging"}}, audit("grant.revoke")));
    EXPECT_THAT(catalogue_->users.grants_of(user), ElementsAre(Grant{"", Permission::admin, {}}));
}

TEST_P(CatalogueContract, RevokingWhatIsNotHeldChangesNothing) {
    const auto user = new_user();
    const auto project = new_project();
    catalogue_->users.add_grant(user, {project, Permission::use, {"staging"}}, audit("grant.add"));
    EXPECT_FALSE(catalogue_->users.revoke_grant(user, {project, Permission::use, {"production"}},
                                                audit("grant.revoke")));
    EXPECT_FALSE(
        catalogue_->users.revoke_grant(user, {project, Permission::manage, {}}, audit("grant.revoke")));
    EXPECT_FALSE(catalogue_->users.revoke_grant(user, {"", Permission::use, {}}, audit("grant.revoke")));
    EXPECT_FALSE(
        catalogue_->users.revoke_grant("nobody", {project, Permission::use, {}}, audit("grant.revoke")));
    EXPECT_THAT(catalogue_->users.grants_of(user), ElementsAre(Grant{project, Permission::use, {"staging"}}));
    EXPECT_THAT(audited(), ElementsAre("user.create", "project.create", "grant.add"));
}

}  // namespace
}  // namespace keyward::storage
