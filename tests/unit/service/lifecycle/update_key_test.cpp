#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {
namespace {

TEST(UpdateKey, ReplacesOnlyTheEnvironmentsThatAreSentWithContent) {
    KeyLife fixture;
    const Key old = fixture.key();
    const auto report = fixture.update(KeyLife::renewal("k", {"staging"}));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Deployment completed successfully");
    ASSERT_EQ(report.environments.size(), 1U);
    EXPECT_EQ(report.environments[0].environment, "staging");
    EXPECT_EQ(report.environments[0].message, "Deployed successfully");
    const Key now = fixture.key();
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(now.deployments[0].key_check_value, old.deployments[0].key_check_value);
    EXPECT_NE(now.deployments[1].object_id, old.deployments[1].object_id);
    EXPECT_EQ(now.deployments[1].key_check_value, report.environments[0].key_check_value);
    EXPECT_EQ(fixture.production->imports(), 1U);
    EXPECT_EQ(fixture.staging->count(*old.deployments[1].object_id), 0U);
    EXPECT_EQ(fixture.staging->count(*now.deployments[1].object_id), 1U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(UpdateKey, AnswersInTheRequestsOrderAndKeepsTheKeysOwn) {
    KeyLife fixture;
    const auto report = fixture.update(KeyLife::renewal("k", {"staging", "production"}));
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].environment, "staging");
    EXPECT_EQ(report.environments[1].environment, "production");
    EXPECT_EQ(fixture.key().deployments[0].environment, "production");
}

TEST(UpdateKey, CommitsTheNewObjectBeforeTheOldOneIsDestroyed) {
    KeyLife fixture;
    const ObjectId old = *fixture.key().deployments[0].object_id;
    std::size_t old_at_commit = 0;
    std::size_t all_at_commit = 0;
    CatalogueWith<BeforeCommit> catalogue(*fixture.catalogue, [&] {
        old_at_commit = fixture.production->count(old);
        all_at_commit = fixture.production->objects();
    });
    UpdateKey(fixture.context_over(catalogue))
        .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    EXPECT_EQ(old_at_commit, 1U);
    EXPECT_EQ(all_at_commit, 2U);
    EXPECT_EQ(fixture.production->count(old), 0U);
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(UpdateKey, WritesTheIntentBeforeTheTokenIsTouchedAndTheKeyStaysReadable) {
    KeyLife fixture;
    const Key old = fixture.key();
    HaltedChange request(*fixture.production, [&] { fixture.update(KeyLife::renewal("k", {"production"})); });
    const auto intents = fixture.catalogue->changes.intents();
    ASSERT_EQ(intents.size(), 1U);
    EXPECT_EQ(intents[0].key_id, old.id);
    EXPECT_EQ(fixture.key().state, KeyState::active);
    EXPECT_EQ(fixture.key().deployments[0].object_id, old.deployments[0].object_id);
    request.finish();
}

TEST(UpdateKey, AddsAnEnvironmentInWhichTheKeyWasNot) {
    KeyLife fixture;
    fixture.create(ServiceFixture::aes_request("one", {"staging"}));
    EXPECT_TRUE(fixture.update(KeyLife::renewal("one", {"production"})).success);
    const Key key = fixture.key("one");
    ASSERT_EQ(key.deployments.size(), 2U);
    EXPECT_EQ(key.deployments[1].environment, "production");
    EXPECT_EQ(key.deployments[1].state, DeploymentState::deployed);
}

TEST(UpdateKey, RaisesTheRevisionAndTheTimeOfTheLastChangeOnly) {
    KeyLife fixture;
    const Key old = fixture.key();
    fixture.now += std::chrono::hours(1);
    fixture.update(KeyLife::renewal("k", {"production"}));
    const Key now = fixture.key();
    EXPECT_EQ(now.revision, old.revision + 1);
    EXPECT_EQ(now.updated_at, fixture.now);
    EXPECT_EQ(now.created_at, old.created_at);
    EXPECT_EQ(now.id, old.id);
}

TEST(UpdateKey, ChangesTheDescriptionWithoutACallToAToken) {
    KeyLife fixture;
    auto request = KeyLife::change_of("k");
    request.description = "another";
    fixture.production->set_reachable(false);
    fixture.staging->set_reachable(false);
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    EXPECT_EQ(fixture.key().description, "another");
    EXPECT_EQ(fixture.production->imports(), 1U);
}

TEST(UpdateKey, AnEmptyDescriptionTakesItAway) {
    KeyLife fixture;
    auto request = KeyLife::change_of("k");
    request.description = "another";
    fixture.update(std::move(request));
    auto second = KeyLife::change_of("k");
    second.description = "";
    fixture.update(std::move(second));
    EXPECT_EQ(fixture.key().description, "");
}

TEST(UpdateKey, AnEnvironmentThatFailsKeepsItsOldKey) {
    KeyLife fixture;
    const Key old = fixture.key();
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    const auto report = fixture.update(KeyLife::renewal("k", {"production", "staging"}));
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Deployment failed in 1 of 2 environments");
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_EQ(report.environments[1].message, "The token is full");
    const Key now = fixture.key();
    EXPECT_NE(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(now.deployments[1].object_id, old.deployments[1].object_id);
    EXPECT_EQ(now.deployments[1].state, DeploymentState::deployed);
    EXPECT_EQ(now.deployments[1].key_check_value, old.deployments[1].key_check_value);
    EXPECT_EQ(fixture.staging->count(*old.deployments[1].object_id), 1U);
    EXPECT_EQ(fixture.staging->objects(), 1U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(UpdateKey, AnEnvironmentThatFailsAndHadNoKeyShowsTheReason) {
    KeyLife fixture;
    fixture.create(ServiceFixture::aes_request("one", {"production"}));
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    fixture.update(KeyLife::renewal("one", {"production", "staging"}));
    const Key key = fixture.key("one");
    ASSERT_EQ(key.deployments.size(), 2U);
    EXPECT_EQ(key.deployments[1].state, DeploymentState::failed);
    EXPECT_EQ(key.deployments[1].failure, "The token is full");
}

TEST(UpdateKey, SendingAFailedEnvironmentAgainCompletesTheKey) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    fixture.create(ServiceFixture::aes_request("half", {"production", "staging"}));
    EXPECT_TRUE(fixture.update(KeyLife::renewal("half", {"staging"})).success);
    EXPECT_EQ(fixture.key("half").deployments[1].state, DeploymentState::deployed);
    EXPECT_EQ(fixture.key("half").deployments[1].failure, "");
}

TEST(UpdateKey, WithRollbackOneFailureLeavesAllOldKeys) {
    KeyLife fixture;
    const Key old = fixture.key();
    fixture.staging->fail_next_import(TokenFault::unreachable, "The token is gone");
    auto request = KeyLife::renewal("k", {"production", "staging"});
    request.roll_back_on_failure = true;
    request.description = "another";
    const auto error = error_of([&] { fixture.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::hsm_unavailable);
    EXPECT_STREQ(error.what(), "Nothing was deployed. staging: The token is gone");
    const Key now = fixture.key();
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.description, "");
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.production->count(*old.deployments[0].object_id), 1U);
    EXPECT_EQ(fixture.staging->count(*old.deployments[1].object_id), 1U);
    EXPECT_TRUE(fixture.catalogue->changes.intents().empty());
}

TEST(UpdateKey, WhenEveryEnvironmentFailsNothingChanges) {
    KeyLife fixture;
    const Key old = fixture.key();
    fixture.production->fail_next_import(TokenFault::refused, "takes no such key");
    auto request = KeyLife::renewal("k", {"production"});
    request.description = "another";
    const auto error = error_of([&] { fixture.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed);
    EXPECT_EQ(pointers_of(error), std::vector<std::string>{"/cryptoKeyInfoEnvironmentList/0"});
    EXPECT_EQ(fixture.key().description, "");
    EXPECT_EQ(fixture.key().revision, old.revision);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(UpdateKey, AnImportWhoseAnswerWasLostLeavesATombstoneAndTheOldKey) {
    KeyLife fixture;
    const ObjectId old = *fixture.key().deployments[0].object_id;
    fixture.production->lose_next_answer();
    error_of([&] { fixture.update(KeyLife::renewal("k", {"production"})); });
    ASSERT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
    EXPECT_NE(fixture.catalogue->changes.tombstones()[0].object_id, old);
    EXPECT_EQ(fixture.key().deployments[0].object_id, old);
    EXPECT_EQ(fixture.production->objects(), 2U);
    fixture.now += std::chrono::hours(1);
    EXPECT_EQ(Recovery(fixture.service_context(), [](const std::string&) { return false; })
                  .resolve()
                  .destroyed_objects,
              1U);
    EXPECT_EQ(fixture.production->count(old), 1U);
}

TEST(UpdateKey, AnOldObjectThatCanNotBeReachedAnyMoreStaysAsATombstone) {
    KeyLife fixture;
    const ObjectId old = *fixture.key().deployments[0].object_id;
    CatalogueWith<BeforeCommit> catalogue(*fixture.catalogue,
                                          [&] { fixture.production->set_reachable(false); });
    const auto report = UpdateKey(fixture.context_over(catalogue))
                            .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    EXPECT_TRUE(report.success);
    ASSERT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
    EXPECT_EQ(fixture.catalogue->changes.tombstones()[0].object_id, old);
    fixture.production->set_reachable(true);
    Recovery(fixture.service_context(), [](const std::string&) { return false; }).resolve();
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(UpdateKey, OfTwoAtOnceOneWinsAndTheOtherIsAConflict) {
    KeyLife fixture;
    HaltedChange winner(*fixture.production,
                        [&] { EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"production"})).success); });
    const auto error = error_of([&] { fixture.update(KeyLife::renewal("k", {"staging"})); });
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_EQ(fixture.staging->imports(), 1U) << "the loser touched its token";
    winner.finish();
    EXPECT_TRUE(fixture.is_settled());
    EXPECT_EQ(fixture.production->count(*fixture.key().deployments[0].object_id), 1U);
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(UpdateKey, AChangeOfTheDescriptionDuringAnotherChangeIsAConflictToo) {
    KeyLife fixture;
    HaltedChange winner(*fixture.production,
                        [&] { EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"production"})).success); });
    auto request = KeyLife::change_of("k");
    request.description = "another";
    EXPECT_EQ(error_of([&] { fixture.update(std::move(request)); }).kind(), ErrorKind::conflict);
    winner.finish();
    EXPECT_EQ(fixture.key().description, "");
}

TEST(UpdateKey, OfManyAtOnceEachIsDoneWholeOrIsAConflict) {
    KeyLife fixture;
    const auto before = fixture.key().revision;
    std::atomic<int> done = 0;
    std::atomic<int> refused = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 16; ++i)
        clients.emplace_back([&] {
            try {
                fixture.update(KeyLife::renewal("k", {"production", "staging"}));
                ++done;
            } catch (const ServiceError& error) {
                refused += error.kind() == ErrorKind::conflict ? 1 : 0;
            }
        });
    for (auto& client : clients)
        client.join();
    EXPECT_GE(done, 1);
    EXPECT_EQ(done + refused, 16);
    const Key key = fixture.key();
    EXPECT_EQ(key.revision, before + done);
    EXPECT_EQ(fixture.production->count(*key.deployments[0].object_id), 1U);
    EXPECT_EQ(fixture.staging->count(*key.deployments[1].object_id), 1U);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.staging->objects(), 1U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(UpdateKey, DuringADeletionIsAConflict) {
    KeyLife fixture;
    fixture.production->set_reachable(false);
    fixture.remove("k");
    ASSERT_EQ(fixture.key().state, KeyState::deleting);
    EXPECT_EQ(error_of([&] { fixture.update(KeyLife::renewal("k", {"staging"})); }).kind(),
              ErrorKind::conflict);
}

TEST(UpdateKey, KeepsADeletionAwayWhileItIsUnderWay) {
    KeyLife fixture;
    HaltedChange winner(*fixture.production,
                        [&] { EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"production"})).success); });
    EXPECT_EQ(error_of([&] { fixture.remove("k"); }).kind(), ErrorKind::conflict);
    EXPECT_EQ(error_of([&] { fixture.undeploy("k", "staging"); }).kind(), ErrorKind::conflict);
    winner.finish();
    EXPECT_EQ(fixture.key().state, KeyState::active);
}

TEST(UpdateKey, OfAKeyThatIsNotThereIsNotFound) {
    KeyLife fixture;
    const auto error = error_of([&] { fixture.update(KeyLife::renewal("none", {"production"})); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "Key (name: none) is not found");
}

TEST(UpdateKey, OfAKeyWhoseCreationIsUnderWayIsNotFound) {
    KeyLife fixture;
    HaltedChange creation(*fixture.production,
                          [&] { fixture.create(ServiceFixture::aes_request("new", {"production"})); });
    EXPECT_EQ(error_of([&] { fixture.update(KeyLife::renewal("new", {"production"})); }).kind(),
              ErrorKind::not_found);
    creation.finish();
}

TEST(UpdateKey, ThatWasDeletedBetweenReadingAndBeginningIsNotFound) {
    /// Runs an action of the test right before a change begins.
    class BeforeBeginning : public ForwardingKeyStore {
      public:
        BeforeBeginning(const Catalogue& real, std::function<void()> action)
            : ForwardingKeyStore(real), action_(std::move(action)) {}
        Begin begin_update(const std::string& key_id, std::int64_t revision,
                           const std::vector<Intent>& intents, const AuditRecord& audit) override {
            action_();
            return next_.begin_update(key_id, revision, intents, audit);
        }

      private:
        std::function<void()> action_;
    };
    KeyLife fixture;
    CatalogueWith<BeforeBeginning> catalogue(*fixture.catalogue, [&] { fixture.remove("k"); });
    const auto error = error_of([&] {
        UpdateKey(fixture.context_over(catalogue))
            .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(fixture.production->imports(), 1U);
}

TEST(UpdateKey, ACommitWhoseAnswerWasLostStandsAndRecoveryDestroysTheOldObject) {
    KeyLife fixture;
    const ObjectId old = *fixture.key().deployments[0].object_id;
    CatalogueWith<FailingUpdateCommit> catalogue(*fixture.catalogue, FailingUpdateCommit::When::after);
    const auto report = UpdateKey(fixture.context_over(catalogue))
                            .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    EXPECT_TRUE(report.success);
    EXPECT_NE(fixture.key().deployments[0].object_id, old);
    EXPECT_EQ(fixture.production->count(*fixture.key().deployments[0].object_id), 1U);
    Recovery(fixture.service_context(), [](const std::string&) { return false; }).resolve();
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(UpdateKey, ACommitThatFailedIsTakenBackAndTheOldKeyStays) {
    KeyLife fixture;
    const Key old = fixture.key();
    CatalogueWith<FailingUpdateCommit> catalogue(*fixture.catalogue, FailingUpdateCommit::When::before);
    EXPECT_THROW(UpdateKey(fixture.context_over(catalogue))
                     .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {}),
                 CatalogueError);
    EXPECT_EQ(fixture.key().deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.production->count(*old.deployments[0].object_id), 1U);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_TRUE(fixture.catalogue->changes.intents().empty());
    EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"production"})).success);
}

TEST(UpdateKey, AnIntentThatWasSettledByOthersMeanwhileIsNotCommitted) {
    KeyLife fixture;
    const Key old = fixture.key();
    CatalogueWith<BeforeCommit> catalogue(*fixture.catalogue, [&] {
        const Instant later = fixture.now + std::chrono::hours(1);
        EXPECT_EQ(fixture.catalogue->changes.resolve_expired_intents(later, "another-process", later, {}),
                  1U);
    });
    const auto error = error_of([&] {
        UpdateKey(fixture.context_over(catalogue))
            .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    });
    EXPECT_EQ(error.kind(), ErrorKind::hsm_unavailable);
    EXPECT_EQ(fixture.key().deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.production->count(*old.deployments[0].object_id), 1U);
    EXPECT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
}

TEST(UpdateKey, KeepsAnOperatorFromAdoptingMeanwhile) {
    KeyLife fixture;
    fixture.undeploy("k", "staging");
    const Key old = fixture.key();
    CatalogueWith<BeforeCommit> catalogue(*fixture.catalogue, [&] {
        Key adopted = old;  // as an operator's `reconcile --adopt` does
        adopted.deployments.assign(1, Deployment());
        adopted.deployments[0].environment = "staging";
        adopted.deployments[0].object_id = ObjectId::random();
        EXPECT_FALSE(fixture.catalogue->deployments.adopt_key(adopted, {}));
    });
    const auto report = UpdateKey(fixture.context_over(catalogue))
                            .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    EXPECT_TRUE(report.success);
    EXPECT_TRUE(fixture.is_settled());
}

/// A commit that succeeds but whose answer is lost, and after which another change of the key begins before a
/// caller can ask what became of it.
class OvertakenCommit : public ForwardingKeyStore {
  public:
    using ForwardingKeyStore::ForwardingKeyStore;

    std::optional<std::vector<Tombstone>> commit_update(const Key& key, const std::set<std::string>& changed,
                                                        const ChangeResolution& resolution,
                                                        const AuditRecord& audit) override {
        next_.commit_update(key, changed, resolution, audit);
        const Intent theirs{ObjectId::random(), key.id, "staging", resolution.owner,
                            resolution.tombstone_lease};
        EXPECT_EQ(next_.begin_update(key.id, key.revision + 1, {theirs}, {}), Begin::begun);
        throw CatalogueError("the connection was lost");
    }
};

TEST(UpdateKey, WhoseLostCommitWasOvertakenByAnotherChangeKeepsItsObjectsAndTheOthersIntents) {
    KeyLife fixture;
    const Key old = fixture.key();
    CatalogueWith<OvertakenCommit> catalogue(*fixture.catalogue);
    const auto report = UpdateKey(fixture.context_over(catalogue))
                            .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    EXPECT_TRUE(report.success);
    const ObjectId fresh = *fixture.key().deployments[0].object_id;
    EXPECT_NE(fresh, *old.deployments[0].object_id);
    EXPECT_EQ(fixture.production->count(fresh), 1U);
    EXPECT_EQ(fixture.catalogue->changes.intents().size(), 1U);
}

TEST(UpdateKey, HoldsItsNewAndItsOldObjectsInFlightUntilItsCommit) {
    KeyLife fixture;
    std::set<ObjectId> in_flight;
    CatalogueWith<BeforeCommit> catalogue(*fixture.catalogue, [&] { in_flight = fixture.in_flight.all(); });
    const ObjectId old = *fixture.key().deployments[0].object_id;
    UpdateKey(fixture.context_over(catalogue))
        .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    EXPECT_EQ(in_flight, (std::set<ObjectId>{old, *fixture.key().deployments[0].object_id}));
    EXPECT_TRUE(fixture.in_flight.all().empty());
}

TEST(UpdateKey, WhoseIntentsWereSettledMeanwhileDestroysWhatItMade) {
    KeyLife fixture;
    const Key old = fixture.key();
    CatalogueWith<BeforeCommit> catalogue(*fixture.catalogue, [&] {
        const Instant later = fixture.now + std::chrono::hours(1);
        fixture.catalogue->changes.resolve_expired_intents(later, "a-replica", later, {});
        for (const Tombstone& each : fixture.catalogue->changes.tombstones())
            fixture.catalogue->changes.remove_tombstone(each.object_id, {});
    });
    const auto error = error_of([&] {
        UpdateKey(fixture.context_over(catalogue))
            .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {});
    });
    EXPECT_STREQ(
        error.what(),
        "The import into production took longer than its lease and was taken back; nothing was kept, "
        "try again");
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.key().deployments[0].object_id, old.deployments[0].object_id);
}

TEST(UpdateKey, WhoseRequestWasRunAgainByAnotherProcessLeavesNothing) {
    KeyLife fixture;
    const Key old = fixture.key();
    UpdateKeyRequest request = KeyLife::renewal("k", {"production"});
    // No process holds such an attempt, as after a takeover.
    request.origin.repeat =
        IdempotencyKey{fixture.alice.user_id, "once", [](const auto&) { return "answer"; }};
    EXPECT_EQ(error_of([&] { fixture.update(std::move(request)); }).kind(), ErrorKind::hsm_unavailable);
    EXPECT_EQ(fixture.key().deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(UpdateKey, ThatOutlivesItsDeadlineKeepsTheOldKeyAndIsTakenBackWhenItEnds) {
    KeyLife fixture(std::chrono::milliseconds(200));
    const ObjectId old = *fixture.key().deployments[0].object_id;
    fixture.production->block_imports();
    EXPECT_EQ(error_of([&] { fixture.update(KeyLife::renewal("k", {"production"})); }).kind(),
              ErrorKind::hsm_unavailable);
    EXPECT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
    EXPECT_TRUE(fixture.catalogue->changes.intents().empty());
    fixture.production->release_imports();
    EXPECT_TRUE(fixture.environments.find("production")->stop(std::chrono::seconds(10)));
    EXPECT_EQ(fixture.production->imports(), 2U);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.production->count(old), 1U);
}

TEST(UpdateKey, OfTheDescriptionBesideAnotherReplicasChangeIsAConflict) {
    KeyLife fixture;
    HaltedChange winner(*fixture.production, [&] {
        ServiceContext replica = fixture.context_over(*fixture.catalogue);
        replica.owner = "another-process";
        EXPECT_TRUE(UpdateKey(replica)
                        .run(fixture.alice, fixture.project, KeyLife::renewal("k", {"production"}), {})
                        .success);
    });
    auto request = KeyLife::change_of("k");
    request.description = "another";
    EXPECT_EQ(error_of([&] { fixture.update(std::move(request)); }).kind(), ErrorKind::conflict);
}

TEST(UpdateKey, TheAuditTrailTellsOfTheChangeAndOfTheEndOfTheOldObject) {
    KeyLife fixture;
    const ObjectId old = *fixture.key().deployments[1].object_id;
    fixture.update(KeyLife::renewal("k", {"staging"}));
    const auto trail = fixture.catalogue->audit_log.audit_trail(3);
    ASSERT_EQ(trail.size(), 3U);
    EXPECT_EQ(trail[0].action, "key.update");
    EXPECT_EQ(trail[1].action, "key.update.commit");
    EXPECT_EQ(trail[1].result, "staging: Deployed successfully");
    EXPECT_EQ(trail[2].action, "key.update.destroy");
    EXPECT_EQ(trail[2].result, "object " + old.hex() + " destroyed");
    for (const AuditRecord& record : trail) {
        EXPECT_EQ(record.actor, "alice");
        EXPECT_EQ(record.request_id, "request-2");
        EXPECT_EQ(record.project, "MyProject");
        EXPECT_EQ(record.key, "k");
        EXPECT_EQ(record.environments, std::vector<std::string>{"staging"});
    }
}

}  // namespace
}  // namespace keyward::service
