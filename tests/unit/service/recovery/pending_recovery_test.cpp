#include "service/recovery/pending_recovery.hpp"

#include <gtest/gtest.h>

#include "tests/unit/service/recovery/reconcile_fixture.hpp"

namespace keyward::service {
namespace {

/// `reconcile --dry-run`.
class PendingRecoveryTest : public ReconcileFixture {};

TEST_F(PendingRecoveryTest, ADryRunDestroysNothingAndWritesNothing) {
    create("k");
    const ObjectId id = ObjectId::random();
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{id, key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}}, {}));
    const auto trail = fixture_.catalogue->audit_log.audit_trail(100).size();
    const auto report = run(dry());
    EXPECT_FALSE(report.resolved);
    EXPECT_EQ(report.pending.intents(), 1U);
    EXPECT_EQ(report.pending.tombstones(), 0U);
    EXPECT_FALSE(report.in_order());
    EXPECT_EQ(fixture_.catalogue->changes.intents().size(), 1U);
    EXPECT_EQ(fixture_.catalogue->changes.intents()[0].owner, "dead");
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(100).size(), trail);
}

TEST_F(PendingRecoveryTest, ADryRunListsWhatTheNextPassWouldDestroy) {
    create("k");
    const Key key = *fixture_.catalogue->keys.find_key(fixture_.project.id, "k");
    const ObjectId interrupted = ObjectId::random();
    ASSERT_EQ(fixture_.catalogue->keys.begin_update(
                  key.id, key.revision,
                  {{interrupted, key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}}, {}),
              Begin::begun);
    TokenObject object = foreign("MyProject/k");
    object.id = interrupted;
    fixture_.production->add_foreign(object);
    fixture_.create(ServiceFixture::aes_request("going", {"staging"}));
    const Key going = *fixture_.catalogue->keys.find_key(fixture_.project.id, "going");
    ASSERT_EQ(fixture_.catalogue->keys
                  .begin_deletion(going.id, going.revision, std::nullopt, "dead",
                                  fixture_.now - std::chrono::seconds(1), {})
                  .begin,
              Begin::begun);
    fixture_.staging->set_reachable(false);

    const auto pending = run(dry()).pending;
    ASSERT_EQ(pending.objects.size(), 2U);
    const PendingObject& import = pending.objects[0];
    EXPECT_EQ(import.id, interrupted);
    EXPECT_EQ(import.environment, "production");
    EXPECT_TRUE(import.is_of_import);
    EXPECT_EQ(import.project, "MyProject");
    EXPECT_EQ(import.key, "k");
    EXPECT_EQ(import.in_token, true);
    EXPECT_EQ(import.label, "MyProject/k");
    const PendingObject& removed = pending.objects[1];
    EXPECT_EQ(removed.id, going.deployments.at(0).object_id);
    EXPECT_EQ(removed.environment, "staging");
    EXPECT_FALSE(removed.is_of_import);
    EXPECT_EQ(removed.project, "MyProject");
    EXPECT_EQ(removed.key, "going");
    EXPECT_EQ(removed.in_token, std::nullopt);
    EXPECT_EQ(fixture_.production->objects(), 2U);
    EXPECT_EQ(fixture_.staging->objects(), 1U);
}

TEST_F(PendingRecoveryTest, ADryRunListsWhatIsNotInItsTokenToo) {
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}},
        {}));
    const auto pending = run(dry()).pending;
    ASSERT_EQ(pending.objects.size(), 1U);
    EXPECT_EQ(pending.objects[0].in_token, false);
    EXPECT_EQ(pending.objects[0].key, "") << "it was never created";
}

TEST_F(PendingRecoveryTest, ADryRunListsNothingThatWaitsForATokenThatWasReplaced) {
    create("k");
    const Key key = *fixture_.catalogue->keys.find_key(fixture_.project.id, "k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, std::nullopt, "dead",
                                            fixture_.now - std::chrono::seconds(1), {});
    ASSERT_EQ(run(dry()).pending.objects.size(), 1U);
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_EQ(run(dry()).pending.objects.size(), 0U);
}

TEST_F(PendingRecoveryTest, ADryRunCountsNoWorkThatIsUnderWay) {
    Key key;
    key.id = "live";
    key.project_id = fixture_.project.id;
    key.name = "live";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "another", fixture_.now + std::chrono::seconds(1)}},
        {}));
    EXPECT_TRUE(run(dry()).in_order());
}

}  // namespace
}  // namespace keyward::service
