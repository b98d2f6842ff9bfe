#include "service/runtime/object_destruction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

/// The fixture with a key `k` in production and staging, and the history of its object in production.
class ObjectDestruction : public testing::Test {
  protected:
    /// Everything from now on happens after the module was initialized.
    ObjectDestruction() { fixture_.now += std::chrono::minutes(1); }
    [[nodiscard]] ObjectId object() const { return object_; }
    [[nodiscard]] Tombstone tombstone() const { return fixture_.catalogue->changes.tombstones().at(0); }
    RecoveryReport recover() {
        return Recovery(fixture_.service_context(), [](const std::string&) { return false; }).resolve();
    }
    /// The audit trail's results for the object.
    [[nodiscard]] std::vector<std::string> told() const {
        std::vector<std::string> results;
        for (const AuditRecord& record : fixture_.catalogue->audit_log.audit_trail(1000))
            if (record.result.find(object_.hex()) != std::string::npos) results.push_back(record.result);
        return results;
    }
    [[nodiscard]] std::string not_found_text() const {
        return "The token does not show the key's object (id " + object_.hex() +
               "), and what is not found is not known to be destroyed: it is looked for again by itself; if "
               "others destroyed it, an operator ends this with: keyward reconcile --give-up " +
               object_.hex();
    }
    /// The key is marked as lost, as `keyward reconcile --adopt` does.
    void mark_missing() { ASSERT_TRUE(fixture_.catalogue->deployments.mark_missing(object_, "lost", {})); }

    [[nodiscard]] AuditRecord at_now() const {
        AuditRecord record;
        record.at = fixture_.now;
        return record;
    }
    /// No destruction counts as begun.
    [[nodiscard]] bool tombstones_are_closed() const {
        const auto tombstones = fixture_.catalogue->changes.tombstones();
        return !tombstones.empty() && std::ranges::none_of(tombstones, &Tombstone::attempted);
    }

    int failures_ = 0;
    KeyLife fixture_;
    ObjectId object_ = *fixture_.key().deployments[0].object_id;
};

TEST_F(ObjectDestruction, OfAnObjectThatADeploymentNamesIsRefused) {
    EXPECT_THROW(destroy_object(fixture_.catalogue->changes, *fixture_.production, object_),
                 DestructionRefused);
    EXPECT_EQ(fixture_.production->count(object_), 1U);
}

TEST_F(ObjectDestruction, OfAnObjectOfALostDeploymentIsRefused) {
    mark_missing();
    EXPECT_THROW(destroy_object(fixture_.catalogue->changes, *fixture_.production, object_),
                 DestructionRefused);
    EXPECT_EQ(fixture_.production->count(object_), 1U);
}

TEST_F(ObjectDestruction, OfAnObjectThatNothingNamesDoesNothing) {
    TokenObject stranger;
    stranger.id = ObjectId::random();
    fixture_.production->add_foreign(stranger);
    EXPECT_EQ(destroy_object(fixture_.catalogue->changes, *fixture_.production, *stranger.id).outcome,
              Destruction::Outcome::resolved);
    EXPECT_EQ(fixture_.production->count(*stranger.id), 1U);
}

TEST_F(ObjectDestruction, IsRefusedForADeploymentThatHasATombstoneAsWell) {
    ASSERT_FALSE(fixture_.catalogue->changes.condemn({object_, "production", "this-process"}, {}));
    EXPECT_TRUE(fixture_.catalogue->changes.tombstones().empty());
    EXPECT_THROW(destroy_object(fixture_.catalogue->changes, *fixture_.production, object_),
                 DestructionRefused);
}

TEST_F(ObjectDestruction, WithoutTheCatalogueDoesNothing) {
    struct FailingChangeLog : ForwardingChangeLog {
        using ForwardingChangeLog::ForwardingChangeLog;
        ObjectFate fate_of(const ObjectId&) override { throw CatalogueError("the connection was lost"); }
    };
    CatalogueWith<FailingChangeLog> failing(*fixture_.catalogue);
    const auto report = RemoveKey(fixture_.context_over(failing))
                            .remove(fixture_.alice, fixture_.project, "k", {"r", {}, {}});
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.environments[0].message,
              "The catalogue can't be asked whether the object is to be destroyed");
    EXPECT_EQ(fixture_.production->count(object_), 1U);
    EXPECT_TRUE(fixture_.remove("k").success);
}

TEST_F(ObjectDestruction, OfWhatIsInATokenThatWasReplacedIsRefused) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    const Key key = fixture_.key();
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, "production", "this-process", fixture_.now,
                                            {});
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_THROW(destroy_object(fixture_.catalogue->changes, *fixture_.production, object_),
                 DestructionRefused);
    EXPECT_EQ(fixture_.production->count(object_), 1U);
}

TEST_F(ObjectDestruction, ADeletedKeyWhoseObjectIsNotFoundIsDeletingAndSaysHowItEnds) {
    fixture_.production->lose(object_);
    const auto report = fixture_.remove("k");
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.environments[0].message, not_found_text());
    EXPECT_TRUE(report.environments[1].success);
    EXPECT_EQ(fixture_.key().state, KeyState::deleting);
    EXPECT_EQ(fixture_.key().deployments.at(0).state, DeploymentState::deleting);
    EXPECT_THAT(told(), Not(Contains(HasSubstr("destroyed"))));
}

TEST_F(ObjectDestruction, ItStaysSoAtASecondCallAndAtRecovery) {
    fixture_.production->lose(object_);
    fixture_.remove("k");
    EXPECT_FALSE(fixture_.remove("k").success);
    fixture_.now += std::chrono::hours(24);
    EXPECT_EQ(recover().removed_tombstones, 0U);
    EXPECT_EQ(fixture_.key().state, KeyState::deleting);
    EXPECT_THAT(told(), Not(Contains(HasSubstr("destroyed"))));
}

TEST_F(ObjectDestruction, AnUndeployedObjectThatIsNotFoundIsDeletingToo) {
    fixture_.production->lose(object_);
    const auto report = fixture_.undeploy("k", "production");
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.environments[0].message, not_found_text());
    EXPECT_EQ(fixture_.key().state, KeyState::active);
    EXPECT_EQ(fixture_.key().deployments.at(0).state, DeploymentState::deleting);
}

TEST_F(ObjectDestruction, AReplacedObjectThatIsNotFoundKeepsItsTombstone) {
    fixture_.production->lose(object_);
    EXPECT_TRUE(fixture_.update(KeyLife::renewal("k", {"production"})).success);
    EXPECT_EQ(tombstone().object_id, object_);
    EXPECT_TRUE(tombstone().deployed);
    EXPECT_EQ(tombstone().absent_looks, 1);
    EXPECT_THAT(told(), Not(Contains(HasSubstr("destroyed"))));
}

TEST_F(ObjectDestruction, AnObjectOfAnotherProcessIsFoundAfterTheModuleWasInitialisedAgain) {
    fixture_.production->hide_until_refresh(object_);
    EXPECT_TRUE(fixture_.remove("k").success);
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
    EXPECT_EQ(fixture_.production->objects(), 0U);
    EXPECT_FALSE(fixture_.is_there("k"));
    EXPECT_THAT(told(), Contains("object " + object_.hex() + " destroyed"));
}

TEST_F(ObjectDestruction, AnObjectThatIsFoundCostsNoInitialisation) {
    EXPECT_TRUE(fixture_.remove("k").success);
    EXPECT_EQ(fixture_.production->refreshes(), 0U);
}

TEST_F(ObjectDestruction, RecoveryFindsItLaterWhereTheModuleCouldNotBeInitialisedThen) {
    fakes::FakeToken& token = *fixture_.production;
    token.set_reachable(false);
    fixture_.remove("k");
    token.set_reachable(true);
    token.hide_until_refresh(object_);
    EXPECT_EQ(recover().destroyed_objects, 1U);
    EXPECT_EQ(token.refreshes(), 1U);
    EXPECT_FALSE(fixture_.is_there("k"));
}

TEST_F(ObjectDestruction, OneObjectCostsOneInitialisation) {
    fixture_.production->lose(object_);
    for (int call = 0; call < 5; ++call)
        EXPECT_FALSE(fixture_.remove("k").success);
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
    EXPECT_EQ(tombstone().absent_looks, 5);
}

// A process may die between the destruction and the catalogue's transaction.

TEST_F(ObjectDestruction, WhatADeadProcessHadBegunToDestroyEndsAsNotFound) {
    const Key key = fixture_.key();
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, "production", "dead",
                                            fixture_.now - std::chrono::seconds(1), at_now());
    fixture_.production->destroy(object_);
    EXPECT_EQ(recover().removed_tombstones, 1U);
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
    EXPECT_EQ(fixture_.key().deployments.size(), 1U);
    EXPECT_THAT(told(), Contains("object " + object_.hex() +
                                 " not found, after an attempt to destroy it was cut off"));
    EXPECT_THAT(told(), Not(Contains(HasSubstr(" destroyed"))));
}

TEST_F(ObjectDestruction, WhatADeadProcessHadBegunToDestroyStaysWhileNoSecondLookIsPossible) {
    const Key key = fixture_.key();
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, "production", "dead",
                                            fixture_.now - std::chrono::seconds(1), at_now());
    fixture_.production->hide_until_refresh(object_);
    fixture_.production->set_refreshable(false);
    EXPECT_EQ(recover().removed_tombstones, 0U);
    EXPECT_TRUE(tombstone().attempted);
    fixture_.production->set_refreshable(true);
    fixture_.now += std::chrono::seconds(15);
    EXPECT_EQ(recover().destroyed_objects, 1U);
    EXPECT_THAT(told(), Contains("object " + object_.hex() + " destroyed"));
}

TEST_F(ObjectDestruction, WhatWasCondemnedBeforeTheModuleWasInitialisedNeedsNoSecondLook) {
    fixture_.now -= std::chrono::hours(1);
    const Key key = fixture_.key();
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, "production", "dead",
                                            fixture_.now - std::chrono::seconds(1), at_now());
    fixture_.production->destroy(object_);
    EXPECT_EQ(recover().removed_tombstones, 1U);
    EXPECT_EQ(fixture_.production->refreshes(), 0U);
}

TEST_F(ObjectDestruction, SeveralObjectsOfDeadProcessesCostOneInitialisation) {
    fixture_.create(ServiceFixture::aes_request("l", {"production"}));
    for (const char* const name : {"k", "l"}) {
        const Key key = fixture_.key(name);
        fixture_.catalogue->keys.begin_deletion(key.id, key.revision, "production", "dead",
                                                fixture_.now - std::chrono::seconds(1), at_now());
        fixture_.production->destroy(*key.deployments[0].object_id);
    }
    EXPECT_EQ(recover().removed_tombstones, 2U);
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
}

TEST_F(ObjectDestruction, AnAttemptThatDidNotReachTheTokenIsNone) {
    Environment& environment = *fixture_.environments.find("production");
    fixture_.production->set_reachable(false);
    while (environment.health() != Health::down || !tombstones_are_closed()) {
        EXPECT_THROW(environment.call<bool>([](Token& token) { return token.ping(), true; }), TokenError);
        if (++failures_ == 3) fixture_.remove("k");
    }
    fixture_.production->set_reachable(true);
    fixture_.production->lose(object_);
    environment.probe();
    while (environment.health() != Health::up)
        std::this_thread::yield();
    recover();
    EXPECT_EQ(fixture_.key().state, KeyState::deleting);
    EXPECT_EQ(tombstone().object_id, object_);
}

TEST_F(ObjectDestruction, LooksThatCouldNotInitialiseTheModuleDoNotCount) {
    fixture_.production->lose(object_);
    fixture_.production->set_refreshable(false);
    fixture_.remove("k");
    EXPECT_EQ(tombstone().absent_looks, 0);
    EXPECT_EQ(tombstone().look_after, fixture_.now + std::chrono::seconds(15));
}

TEST_F(ObjectDestruction, RecoveryLooksForWhatIsAbsentMoreAndMoreRarely) {
    fixture_.production->lose(object_);
    fixture_.remove("k");
    EXPECT_EQ(tombstone().look_after, fixture_.now + std::chrono::minutes(10));
    EXPECT_EQ(recover().left_tombstones, 0U) << "it is not due";
    fixture_.now += std::chrono::minutes(10);
    EXPECT_EQ(recover().left_tombstones, 0U) << "it was looked for, and is not due again";
    EXPECT_EQ(tombstone().absent_looks, 2);
    EXPECT_EQ(tombstone().look_after, fixture_.now + std::chrono::hours(1));
}

TEST_F(ObjectDestruction, AnObjectThatComesBackIsDestroyedByRecovery) {
    fixture_.production->lose(object_);
    fixture_.remove("k");
    TokenObject again;
    again.id = object_;
    fixture_.production->add_foreign(again);
    fixture_.now += std::chrono::hours(1);
    EXPECT_EQ(recover().destroyed_objects, 1U);
    EXPECT_FALSE(fixture_.is_there("k"));
    EXPECT_THAT(told(), Contains("object " + object_.hex() + " destroyed"));
}

TEST_F(ObjectDestruction, AKeyThatWasMarkedAsLostEndsAsNotFound) {
    fixture_.production->lose(object_);
    mark_missing();
    const auto report = fixture_.remove("k");
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.environments[0].message, "Undeployed; the token did not hold the key any more");
    EXPECT_FALSE(fixture_.is_there("k"));
    EXPECT_THAT(told(), Contains("object " + object_.hex() + " not found"));
    EXPECT_THAT(told(), Not(Contains(HasSubstr("destroyed"))));
}

TEST_F(ObjectDestruction, AKeyThatWasMarkedAsLostAndIsThereIsDestroyed) {
    mark_missing();
    EXPECT_TRUE(fixture_.remove("k").success);
    EXPECT_EQ(fixture_.production->objects(), 0U);
    EXPECT_THAT(told(), Contains("object " + object_.hex() + " destroyed"));
}

TEST_F(ObjectDestruction, AnInterruptedImportThatMadeNothingEndsAsNotFoundAndNotAsDestroyed) {
    object_ = ObjectId::random();
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{object_, key.id, "production", "dead", fixture_.now}}, {}));
    recover();
    fixture_.now += std::chrono::hours(1);
    EXPECT_EQ(recover().removed_tombstones, 1U);
    EXPECT_EQ(fixture_.production->refreshes(), 0U);
    EXPECT_THAT(told(), Contains("object " + object_.hex() + " not found"));
    EXPECT_THAT(told(), Not(Contains(HasSubstr("destroyed"))));
}

TEST_F(ObjectDestruction, AnImportThatIsTakenBackAndNotFoundAgainKeepsATombstone) {
    fixture_.staging->block_imports();
    fixture_.staging->fail_next_import(TokenFault::full);
    auto request = ServiceFixture::aes_request("undone", {"production", "staging"});
    request.roll_back_on_failure = true;
    std::thread call([&] { error_of([&] { fixture_.create(request); }); });
    fixture_.staging->wait_for_blocked(1);
    const auto intents = fixture_.catalogue->changes.intents();
    const auto ours = std::ranges::find(intents, "production", &Intent::environment);
    ASSERT_NE(ours, intents.end());
    while (fixture_.production->count(ours->object_id) == 0)
        std::this_thread::yield();
    fixture_.production->hide_until_refresh(ours->object_id);
    fixture_.staging->release_imports();
    call.join();
    EXPECT_EQ(tombstone().object_id, ours->object_id);
    EXPECT_TRUE(tombstone().deployed);
    fixture_.now += std::chrono::hours(1);
    EXPECT_EQ(recover().destroyed_objects, 1U);
}

TEST_F(ObjectDestruction, WhatIsAbsentIsLoggedWithTheCommandThatEndsIt) {
    fixture_.production->lose(object_);
    testing::internal::CaptureStderr();
    fixture_.remove("k");
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                AllOf(HasSubstr(R"("event":"object.not_found","environment":"production")"),
                      HasSubstr("keyward reconcile --give-up " + object_.hex())));
}

}  // namespace
}  // namespace keyward::service
