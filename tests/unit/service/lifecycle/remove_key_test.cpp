#include <gtest/gtest.h>

#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {
namespace {

RecoveryReport recover(KeyLife& bench) {
    return Recovery(bench.workplace(), [](const std::string&) { return false; }).settle();
}

TEST(RemoveKey, DestroysEveryObjectAndFreesTheName) {
    KeyLife bench;
    const auto report = bench.remove("k");
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Undeployment completed successfully");
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].environment, "production");
    EXPECT_EQ(report.environments[1].environment, "staging");
    for (const auto& result : report.environments) {
        EXPECT_TRUE(result.success);
        EXPECT_EQ(result.message, "Undeployed successfully");
        EXPECT_EQ(result.key_check_value, "");
    }
    EXPECT_FALSE(bench.is_there("k"));
    EXPECT_EQ(bench.production->objects(), 0U);
    EXPECT_EQ(bench.staging->objects(), 0U);
    EXPECT_TRUE(bench.is_settled());
    EXPECT_TRUE(bench.create(Workbench::aes_request("k", {"production"})).success);
}

TEST(RemoveKey, OfAKeyThatIsNotThereIsNotFound) {
    KeyLife bench;
    bench.remove("k");
    const auto error = error_of([&] { bench.remove("k"); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "Key (name: k) is not found");
}

TEST(RemoveKey, WithATokenOutOfReachTheKeyIsDeletingAndItsNameStaysTaken) {
    KeyLife bench;
    bench.staging->set_reachable(false);
    const auto report = bench.remove("k");
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Undeployment failed in 1 of 2 environments");
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
    EXPECT_EQ(report.environments[1].message, "The token can't be reached");
    const Key key = bench.key();
    EXPECT_EQ(key.state, KeyState::deleting);
    ASSERT_EQ(key.deployments.size(), 1U);
    EXPECT_EQ(key.deployments[0].environment, "staging");
    EXPECT_EQ(key.deployments[0].state, DeploymentState::deleting);
    EXPECT_EQ(bench.production->objects(), 0U);
    EXPECT_EQ(error_of([&] { bench.create(Workbench::aes_request("k", {"production"})); }).kind(),
              ErrorKind::bad_request);
}

TEST(RemoveKey, ASecondCallFinishesWhatTheFirstCouldNotReach) {
    KeyLife bench;
    bench.staging->set_reachable(false);
    bench.remove("k");
    bench.staging->set_reachable(true);
    const auto report = bench.remove("k");
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Undeployment completed successfully");
    ASSERT_EQ(report.environments.size(), 1U);
    EXPECT_EQ(report.environments[0].environment, "staging");
    EXPECT_FALSE(bench.is_there("k"));
    EXPECT_EQ(bench.staging->objects(), 0U);
    EXPECT_TRUE(bench.is_settled());
}

TEST(RemoveKey, RecoveryFinishesWhatTheCallCouldNotReach) {
    KeyLife bench;
    bench.staging->set_reachable(false);
    bench.remove("k");
    EXPECT_EQ(recover(bench).left_tombstones, 1U);
    EXPECT_TRUE(bench.is_there("k"));
    bench.staging->set_reachable(true);
    EXPECT_EQ(recover(bench).destroyed_objects, 1U);
    EXPECT_FALSE(bench.is_there("k"));
    EXPECT_TRUE(bench.is_settled());
}

TEST(RemoveKey, AKeyThatFailedInAnEnvironmentIsRemovedFromThereWithoutACall) {
    KeyLife bench;
    bench.staging->fail_next_import(TokenFault::full);
    bench.create(Workbench::aes_request("half", {"production", "staging"}));
    bench.staging->set_reachable(false);
    EXPECT_TRUE(bench.remove("half").success);
    EXPECT_FALSE(bench.is_there("half"));
}

TEST(RemoveKey, AKeyThatIsNowhereDeployedJustGoes) {
    KeyLife bench;
    bench.undeploy("k", "production");
    bench.undeploy("k", "staging");
    const auto report = bench.remove("k");
    EXPECT_TRUE(report.success);
    EXPECT_TRUE(report.environments.empty());
    EXPECT_FALSE(bench.is_there("k"));
}

TEST(RemoveKey, WithAnEnvironmentThatTheGrantsDoNotReachIsForbidden) {
    KeyLife bench;
    for (const Permission missing : {Permission::manage, Permission::deploy_undeploy}) {
        bench.alice.grants = {{bench.project.id, Permission::manage, {}},
                              {bench.project.id, Permission::deploy_undeploy, {}}};
        for (Grant& grant : bench.alice.grants)
            if (grant.permission == missing) grant.environments = {"staging"};
        const auto error = error_of([&] { bench.remove("k"); });
        EXPECT_EQ(error.kind(), ErrorKind::forbidden);
        EXPECT_NE(std::string(error.what()).find(to_string(missing)), std::string::npos) << error.what();
    }
    EXPECT_EQ(bench.key().state, KeyState::active);
    EXPECT_EQ(bench.production->objects(), 1U);
}

TEST(RemoveKey, WithGrantsForAllItsEnvironmentsIsAllowed) {
    KeyLife bench;
    bench.create(Workbench::aes_request("one", {"staging"}));
    bench.alice.grants = {{bench.project.id, Permission::manage, {"staging"}},
                          {bench.project.id, Permission::deploy_undeploy, {"staging"}}};
    EXPECT_TRUE(bench.remove("one").success);
}

TEST(RemoveKey, OfAKeyWhoseCreationIsUnderWayIsNotFound) {
    KeyLife bench;
    HaltedChange creation(*bench.production,
                          [&] { bench.create(Workbench::aes_request("new", {"production"})); });
    EXPECT_EQ(error_of([&] { bench.remove("new"); }).kind(), ErrorKind::not_found);
    creation.finish();
    EXPECT_TRUE(bench.is_there("new"));
}

/// A catalogue that loses the answer of one kind of call after it was done.
class LostAnswers : public ForwardingCatalogue {
  public:
    enum class Of { begin_removal, remove_tombstone };
    LostAnswers(Catalogue& next, Of which) : ForwardingCatalogue(next), which_(which) {}

    Removal begin_removal(const std::string& key_id, std::int64_t revision,
                          const std::optional<std::string>& environment, const std::string& owner,
                          Instant lease_until, const AuditRecord& audit) override {
        Removal removal = next_.begin_removal(key_id, revision, environment, owner, lease_until, audit);
        if (which_ == Of::begin_removal) throw CatalogueError("the connection was lost");
        return removal;
    }
    void remove_tombstone(const ObjectId& id, const AuditRecord& audit) override {
        if (which_ == Of::remove_tombstone) throw CatalogueError("the connection was lost");
        next_.remove_tombstone(id, audit);
    }

  private:
    Of which_;
};

TEST(RemoveKey, WhoseBeginningWasLostOnItsWayBackIsFinishedByASecondCall) {
    KeyLife bench;
    LostAnswers catalogue(*bench.catalogue, LostAnswers::Of::begin_removal);
    EXPECT_THROW(
        RemoveKey(bench.workplace_over(catalogue)).remove(bench.alice, bench.project, "k", {"r", {}, {}}),
        CatalogueError);
    EXPECT_EQ(bench.key().state, KeyState::deleting);
    EXPECT_TRUE(bench.remove("k").success);
    EXPECT_EQ(bench.production->objects(), 0U);
    EXPECT_FALSE(bench.is_there("k"));
}

TEST(RemoveKey, ThatCouldNotBeStruckOffSaysSoAndIsFinishedByASecondCall) {
    KeyLife bench;
    LostAnswers catalogue(*bench.catalogue, LostAnswers::Of::remove_tombstone);
    const auto report =
        RemoveKey(bench.workplace_over(catalogue)).remove(bench.alice, bench.project, "k", {"r", {}, {}});
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.environments[0].message,
              "The object is destroyed, but the catalogue can't be reached to say so");
    EXPECT_EQ(bench.production->objects(), 0U);
    EXPECT_EQ(bench.key().state, KeyState::deleting);
    EXPECT_TRUE(bench.remove("k").success);
    EXPECT_FALSE(bench.is_there("k"));
}

TEST(RemoveKey, TheAuditTrailTellsWhoRemovedWhat) {
    KeyLife bench;
    const ObjectId object = *bench.key().deployments[0].object_id;
    bench.remove("k");
    const auto trail = bench.catalogue->audit_trail(3);
    ASSERT_EQ(trail.size(), 3U);
    for (const AuditRecord& record : trail) {
        EXPECT_EQ(record.action, "key.delete");
        EXPECT_EQ(record.actor, "alice");
        EXPECT_EQ(record.request_id, "request-3");
        EXPECT_EQ(record.key, "k");
    }
    EXPECT_EQ(trail[0].environments, (std::vector<std::string>{"production", "staging"}));
    EXPECT_EQ(trail[1].environments, std::vector<std::string>{"production"});
    EXPECT_EQ(trail[1].result, "object " + object.hex() + " destroyed");
}

TEST(Undeploy, DestroysTheObjectOfOneEnvironmentAndLeavesTheOther) {
    KeyLife bench;
    const Key old = bench.key();
    const auto report = bench.undeploy("k", "production");
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Undeployment completed successfully");
    ASSERT_EQ(report.environments.size(), 1U);
    EXPECT_EQ(report.environments[0].environment, "production");
    EXPECT_EQ(report.environments[0].message, "Undeployed successfully");
    const Key now = bench.key();
    EXPECT_EQ(now.state, KeyState::active);
    ASSERT_EQ(now.deployments.size(), 1U);
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[1].object_id);
    EXPECT_EQ(bench.production->objects(), 0U);
    EXPECT_EQ(bench.staging->objects(), 1U);
    EXPECT_TRUE(bench.is_settled());
}

TEST(Undeploy, FromTheLastEnvironmentLeavesTheKeyWithoutAny) {
    KeyLife bench;
    bench.undeploy("k", "production");
    bench.undeploy("k", "staging");
    EXPECT_EQ(bench.key().state, KeyState::active);
    EXPECT_TRUE(bench.key().deployments.empty());
    EXPECT_TRUE(bench.update(KeyLife::renewal("k", {"staging"})).success);
}

TEST(Undeploy, WithTheTokenOutOfReachShowsAsDeletingUntilASecondCall) {
    KeyLife bench;
    bench.production->set_reachable(false);
    const auto report = bench.undeploy("k", "production");
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Undeployment failed in 1 of 1 environments");
    EXPECT_EQ(report.environments[0].message, "The token can't be reached");
    EXPECT_EQ(bench.key().state, KeyState::active);
    EXPECT_EQ(bench.key().deployments[0].state, DeploymentState::deleting);
    bench.production->set_reachable(true);
    EXPECT_TRUE(bench.undeploy("k", "production").success);
    EXPECT_EQ(bench.key().deployments.size(), 1U);
    EXPECT_TRUE(bench.is_settled());
}

TEST(Undeploy, WithTheTokenOutOfReachIsFinishedByRecovery) {
    KeyLife bench;
    bench.production->set_reachable(false);
    bench.undeploy("k", "production");
    bench.production->set_reachable(true);
    EXPECT_EQ(recover(bench).destroyed_objects, 1U);
    EXPECT_EQ(bench.key().deployments.size(), 1U);
    EXPECT_EQ(bench.key().state, KeyState::active);
}

TEST(Undeploy, LetsNewContentTakeThePlaceOfAnObjectThatCouldNotBeReached) {
    KeyLife bench;
    const ObjectId old = *bench.key().deployments[0].object_id;
    bench.production->set_reachable(false);
    bench.undeploy("k", "production");
    bench.production->set_reachable(true);
    EXPECT_TRUE(bench.update(KeyLife::renewal("k", {"production"})).success);
    EXPECT_EQ(bench.key().deployments[0].state, DeploymentState::deployed);
    recover(bench);
    EXPECT_EQ(bench.production->count(old), 0U);
    EXPECT_EQ(bench.production->objects(), 1U);
    EXPECT_EQ(bench.key().deployments.size(), 2U);
    EXPECT_TRUE(bench.is_settled());
}

TEST(Undeploy, WhereTheKeyIsNotIsNotFound) {
    KeyLife bench;
    bench.undeploy("k", "production");
    const auto error = error_of([&] { bench.undeploy("k", "production"); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "Key (name: k) is not deployed in environment (name: production)");
}

TEST(Undeploy, FromAnEnvironmentThatIsNotOfTheProjectIsRefusedWithTheContractsSentence) {
    KeyLife bench;
    const auto error = error_of([&] { bench.undeploy("k", "nowhere"); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_STREQ(error.what(),
                 "Environment (name: nowhere) is not found or user does not have privilege to access it!");
}

TEST(Undeploy, FromAnEnvironmentOutsideTheGrantIsRefusedWithTheSameSentence) {
    KeyLife bench;
    bench.alice.grants = {{bench.project.id, Permission::manage, {}},
                          {bench.project.id, Permission::deploy_undeploy, {"staging"}}};
    const auto error = error_of([&] { bench.undeploy("k", "production"); });
    EXPECT_STREQ(error.what(),
                 "Environment (name: production) is not found or user does not have privilege to access it!");
    EXPECT_TRUE(bench.undeploy("k", "staging").success);
}

TEST(Undeploy, OfAKeyThatIsBeingDeletedIsAConflict) {
    KeyLife bench;
    bench.production->set_reachable(false);
    bench.remove("k");
    EXPECT_EQ(error_of([&] { bench.undeploy("k", "production"); }).kind(), ErrorKind::conflict);
}

TEST(Undeploy, OfAKeyThatIsNotThereIsNotFound) {
    KeyLife bench;
    EXPECT_EQ(error_of([&] { bench.undeploy("none", "production"); }).kind(), ErrorKind::not_found);
}

TEST(RemoveKey, SaysWhereTheTokenThatHeldTheKeyIsNotTheEnvironmentsAnyMore) {
    KeyLife bench;
    bench.catalogue->bind_token("staging", "old", {});
    bench.catalogue->rebind_token("staging", "new", {});
    const auto report = bench.remove("k");
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.environments.at(0).message, "Undeployed successfully");
    EXPECT_EQ(
        report.environments.at(1).message,
        "Undeployed; the token that held the key was replaced by another, and the key is destroyed there "
        "should that token come back");
    EXPECT_FALSE(bench.is_there("k"));
    EXPECT_EQ(bench.staging->objects(), 1U);
    bench.catalogue->rebind_token("staging", "old", {});
    Recovery(bench.workplace(), [](const std::string&) { return false; }).settle();
    bench.now += std::chrono::hours(1);
    Recovery(bench.workplace(), [](const std::string&) { return false; }).settle();
    EXPECT_EQ(bench.staging->objects(), 0U);
}

}  // namespace
}  // namespace keyward::service
