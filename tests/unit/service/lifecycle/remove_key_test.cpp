#include <gtest/gtest.h>

#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {
namespace {

RecoveryReport recover(KeyLife& fixture) {
    return Recovery(fixture.service_context(), [](const std::string&) { return false; }).resolve();
}

TEST(RemoveKey, DestroysEveryObjectAndFreesTheName) {
    KeyLife fixture;
    const auto report = fixture.remove("k");
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
    EXPECT_FALSE(fixture.is_there("k"));
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_EQ(fixture.staging->objects(), 0U);
    EXPECT_TRUE(fixture.is_settled());
    EXPECT_TRUE(fixture.create(ServiceFixture::aes_request("k", {"production"})).success);
}

TEST(RemoveKey, OfAKeyThatIsNotThereIsNotFound) {
    KeyLife fixture;
    fixture.remove("k");
    const auto error = error_of([&] { fixture.remove("k"); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "Key (name: k) is not found");
}

TEST(RemoveKey, WithATokenOutOfReachTheKeyIsDeletingAndItsNameStaysTaken) {
    KeyLife fixture;
    fixture.staging->set_reachable(false);
    const auto report = fixture.remove("k");
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Undeployment failed in 1 of 2 environments");
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
    EXPECT_EQ(report.environments[1].message, "The token can't be reached");
    const Key key = fixture.key();
    EXPECT_EQ(key.state, KeyState::deleting);
    ASSERT_EQ(key.deployments.size(), 1U);
    EXPECT_EQ(key.deployments[0].environment, "staging");
    EXPECT_EQ(key.deployments[0].state, DeploymentState::deleting);
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_EQ(error_of([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); }).kind(),
              ErrorKind::bad_request);
}

TEST(RemoveKey, ASecondCallFinishesWhatTheFirstCouldNotReach) {
    KeyLife fixture;
    fixture.staging->set_reachable(false);
    fixture.remove("k");
    fixture.staging->set_reachable(true);
    const auto report = fixture.remove("k");
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Undeployment completed successfully");
    ASSERT_EQ(report.environments.size(), 1U);
    EXPECT_EQ(report.environments[0].environment, "staging");
    EXPECT_FALSE(fixture.is_there("k"));
    EXPECT_EQ(fixture.staging->objects(), 0U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(RemoveKey, RecoveryFinishesWhatTheCallCouldNotReach) {
    KeyLife fixture;
    fixture.staging->set_reachable(false);
    fixture.remove("k");
    EXPECT_EQ(recover(fixture).left_tombstones, 1U);
    EXPECT_TRUE(fixture.is_there("k"));
    fixture.staging->set_reachable(true);
    EXPECT_EQ(recover(fixture).destroyed_objects, 1U);
    EXPECT_FALSE(fixture.is_there("k"));
    EXPECT_TRUE(fixture.is_settled());
}

TEST(RemoveKey, AKeyThatFailedInAnEnvironmentIsRemovedFromThereWithoutACall) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::full);
    fixture.create(ServiceFixture::aes_request("half", {"production", "staging"}));
    fixture.staging->set_reachable(false);
    EXPECT_TRUE(fixture.remove("half").success);
    EXPECT_FALSE(fixture.is_there("half"));
}

TEST(RemoveKey, AKeyThatIsNowhereDeployedJustGoes) {
    KeyLife fixture;
    fixture.undeploy("k", "production");
    fixture.undeploy("k", "staging");
    const auto report = fixture.remove("k");
    EXPECT_TRUE(report.success);
    EXPECT_TRUE(report.environments.empty());
    EXPECT_FALSE(fixture.is_there("k"));
}

TEST(RemoveKey, WithAnEnvironmentThatTheGrantsDoNotReachIsForbidden) {
    KeyLife fixture;
    for (const Permission missing : {Permission::manage, Permission::deploy_undeploy}) {
        fixture.alice.grants = {{fixture.project.id, Permission::manage, {}},
                                {fixture.project.id, Permission::deploy_undeploy, {}}};
        for (Grant& grant : fixture.alice.grants)
            if (grant.permission == missing) grant.environments = {"staging"};
        const auto error = error_of([&] { fixture.remove("k"); });
        EXPECT_EQ(error.kind(), ErrorKind::forbidden);
        EXPECT_NE(std::string(error.what()).find(to_string(missing)), std::string::npos) << error.what();
    }
    EXPECT_EQ(fixture.key().state, KeyState::active);
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(RemoveKey, WithGrantsForAllItsEnvironmentsIsAllowed) {
    KeyLife fixture;
    fixture.create(ServiceFixture::aes_request("one", {"staging"}));
    fixture.alice.grants = {{fixture.project.id, Permission::manage, {"staging"}},
                            {fixture.project.id, Permission::deploy_undeploy, {"staging"}}};
    EXPECT_TRUE(fixture.remove("one").success);
}

TEST(RemoveKey, OfAKeyWhoseCreationIsUnderWayIsNotFound) {
    KeyLife fixture;
    HaltedChange creation(*fixture.production,
                          [&] { fixture.create(ServiceFixture::aes_request("new", {"production"})); });
    EXPECT_EQ(error_of([&] { fixture.remove("new"); }).kind(), ErrorKind::not_found);
    creation.finish();
    EXPECT_TRUE(fixture.is_there("new"));
}

/// Loses the answer to the beginning of a deletion.
class LostBeginning : public ForwardingKeyStore {
  public:
    using ForwardingKeyStore::ForwardingKeyStore;

    KeyDeletion begin_deletion(const std::string& key_id, std::int64_t revision,
                               const std::optional<std::string>& environment, const std::string& owner,
                               Instant lease_until, const AuditRecord& audit) override {
        next_.begin_deletion(key_id, revision, environment, owner, lease_until, audit);
        throw CatalogueError("the connection was lost");
    }
};

/// Cannot remove a tombstone.
class FailingRemoval : public ForwardingChangeLog {
  public:
    using ForwardingChangeLog::ForwardingChangeLog;

    void remove_tombstone(const ObjectId&, const AuditRecord&) override {
        throw CatalogueError("the connection was lost");
    }
};

TEST(RemoveKey, WhoseBeginningWasLostOnItsWayBackIsFinishedByASecondCall) {
    KeyLife fixture;
    CatalogueWith<LostBeginning> catalogue(*fixture.catalogue);
    EXPECT_THROW(
        RemoveKey(fixture.context_over(catalogue)).remove(fixture.alice, fixture.project, "k", {"r", {}, {}}),
        CatalogueError);
    EXPECT_EQ(fixture.key().state, KeyState::deleting);
    EXPECT_TRUE(fixture.remove("k").success);
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_FALSE(fixture.is_there("k"));
}

TEST(RemoveKey, ThatCouldNotBeStruckOffSaysSoAndIsFinishedByASecondCall) {
    KeyLife fixture;
    CatalogueWith<FailingRemoval> catalogue(*fixture.catalogue);
    const auto report =
        RemoveKey(fixture.context_over(catalogue)).remove(fixture.alice, fixture.project, "k", {"r", {}, {}});
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.environments[0].message,
              "The object is destroyed, but the catalogue can't be reached to say so");
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_EQ(fixture.key().state, KeyState::deleting);
    EXPECT_TRUE(fixture.remove("k").success);
    EXPECT_FALSE(fixture.is_there("k"));
}

TEST(RemoveKey, TheAuditTrailTellsWhoRemovedWhat) {
    KeyLife fixture;
    const ObjectId object = *fixture.key().deployments[0].object_id;
    fixture.remove("k");
    const auto trail = fixture.catalogue->audit_log.audit_trail(3);
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
    KeyLife fixture;
    const Key old = fixture.key();
    const auto report = fixture.undeploy("k", "production");
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Undeployment completed successfully");
    ASSERT_EQ(report.environments.size(), 1U);
    EXPECT_EQ(report.environments[0].environment, "production");
    EXPECT_EQ(report.environments[0].message, "Undeployed successfully");
    const Key now = fixture.key();
    EXPECT_EQ(now.state, KeyState::active);
    ASSERT_EQ(now.deployments.size(), 1U);
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[1].object_id);
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_EQ(fixture.staging->objects(), 1U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(Undeploy, FromTheLastEnvironmentLeavesTheKeyWithoutAny) {
    KeyLife fixture;
    fixture.undeploy("k", "production");
    fixture.undeploy("k", "staging");
    EXPECT_EQ(fixture.key().state, KeyState::active);
    EXPECT_TRUE(fixture.key().deployments.empty());
    EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"staging"})).success);
}

TEST(Undeploy, WithTheTokenOutOfReachShowsAsDeletingUntilASecondCall) {
    KeyLife fixture;
    fixture.production->set_reachable(false);
    const auto report = fixture.undeploy("k", "production");
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Undeployment failed in 1 of 1 environments");
    EXPECT_EQ(report.environments[0].message, "The token can't be reached");
    EXPECT_EQ(fixture.key().state, KeyState::active);
    EXPECT_EQ(fixture.key().deployments[0].state, DeploymentState::deleting);
    fixture.production->set_reachable(true);
    EXPECT_TRUE(fixture.undeploy("k", "production").success);
    EXPECT_EQ(fixture.key().deployments.size(), 1U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(Undeploy, WithTheTokenOutOfReachIsFinishedByRecovery) {
    KeyLife fixture;
    fixture.production->set_reachable(false);
    fixture.undeploy("k", "production");
    fixture.production->set_reachable(true);
    EXPECT_EQ(recover(fixture).destroyed_objects, 1U);
    EXPECT_EQ(fixture.key().deployments.size(), 1U);
    EXPECT_EQ(fixture.key().state, KeyState::active);
}

TEST(Undeploy, LetsNewContentTakeThePlaceOfAnObjectThatCouldNotBeReached) {
    KeyLife fixture;
    const ObjectId old = *fixture.key().deployments[0].object_id;
    fixture.production->set_reachable(false);
    fixture.undeploy("k", "production");
    fixture.production->set_reachable(true);
    EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"production"})).success);
    EXPECT_EQ(fixture.key().deployments[0].state, DeploymentState::deployed);
    recover(fixture);
    EXPECT_EQ(fixture.production->count(old), 0U);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.key().deployments.size(), 2U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(Undeploy, WhereTheKeyIsNotIsNotFound) {
    KeyLife fixture;
    fixture.undeploy("k", "production");
    const auto error = error_of([&] { fixture.undeploy("k", "production"); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "Key (name: k) is not deployed in environment (name: production)");
}

TEST(Undeploy, FromAnEnvironmentThatIsNotOfTheProjectIsRefusedWithTheContractsSentence) {
    KeyLife fixture;
    const auto error = error_of([&] { fixture.undeploy("k", "nowhere"); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_STREQ(error.what(),
                 "Environment (name: nowhere) is not found or user does not have privilege to access it!");
}

TEST(Undeploy, FromAnEnvironmentOutsideTheGrantIsRefusedWithTheSameSentence) {
    KeyLife fixture;
    fixture.alice.grants = {{fixture.project.id, Permission::manage, {}},
                            {fixture.project.id, Permission::deploy_undeploy, {"staging"}}};
    const auto error = error_of([&] { fixture.undeploy("k", "production"); });
    EXPECT_STREQ(error.what(),
                 "Environment (name: production) is not found or user does not have privilege to access it!");
    EXPECT_TRUE(fixture.undeploy("k", "staging").success);
}

TEST(Undeploy, OfAKeyThatIsBeingDeletedIsAConflict) {
    KeyLife fixture;
    fixture.production->set_reachable(false);
    fixture.remove("k");
    EXPECT_EQ(error_of([&] { fixture.undeploy("k", "production"); }).kind(), ErrorKind::conflict);
}

TEST(Undeploy, OfAKeyThatIsNotThereIsNotFound) {
    KeyLife fixture;
    EXPECT_EQ(error_of([&] { fixture.undeploy("none", "production"); }).kind(), ErrorKind::not_found);
}

TEST(RemoveKey, SaysWhereTheTokenThatHeldTheKeyIsNotTheEnvironmentsAnyMore) {
    KeyLife fixture;
    fixture.catalogue->token_pins.pin_token("staging", "old", {});
    fixture.catalogue->token_pins.repin_token("staging", "new", {});
    const auto report = fixture.remove("k");
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.environments.at(0).message, "Undeployed successfully");
    EXPECT_EQ(
        report.environments.at(1).message,
        "Undeployed; the token that held the key was replaced by another, and the key is destroyed there "
        "should that token come back");
    EXPECT_FALSE(fixture.is_there("k"));
    EXPECT_EQ(fixture.staging->objects(), 1U);
    fixture.catalogue->token_pins.repin_token("staging", "old", {});
    Recovery(fixture.service_context(), [](const std::string&) { return false; }).resolve();
    fixture.now += std::chrono::hours(1);
    Recovery(fixture.service_context(), [](const std::string&) { return false; }).resolve();
    EXPECT_EQ(fixture.staging->objects(), 0U);
}

}  // namespace
}  // namespace keyward::service
