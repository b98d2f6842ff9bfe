#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/lifecycle/lifecycle.hpp"
#include "service/recovery/repair.hpp"
#include "tests/unit/service/recovery/reconcile_fixture.hpp"

namespace keyward::service {
namespace {

/// `reconcile --give-up`.
class GiveUpTest : public ReconcileFixture {
  protected:
    /// The key `k` in production is deleted after another application has destroyed its object.
    GiveUpTest() {
        create("k");
        object_ = *deployment("k").object_id;
        fixture_.production->lose(object_);
        remove();
    }
    void remove() {
        RemoveKey(fixture_.service_context())
            .remove(fixture_.alice, fixture_.project, "k", {"request", {}, {}});
    }
    [[nodiscard]] ReconcileOptions giving_up() const {
        ReconcileOptions options;
        options.give_up = {object_};
        options.actor = "operator";
        return options;
    }

    ObjectId object_ = ObjectId::random();
};

TEST_F(GiveUpTest, WithoutItAnAbsentObjectIsListedAndNotInOrder) {
    for (int run_number = 0; run_number < 2; ++run_number) {
        const auto report = run();
        ASSERT_EQ(report.absent.size(), 1U);
        EXPECT_EQ(report.absent[0].id, object_);
        EXPECT_EQ(report.absent[0].environment, "production");
        EXPECT_EQ(report.absent[0].looks, 1);
        EXPECT_FALSE(report.in_order());
    }
    EXPECT_TRUE(fixture_.catalogue->keys.find_key(fixture_.project.id, "k"));
}

TEST_F(GiveUpTest, EndsATombstoneWhoseObjectIsNotFoundInTwoLookups) {
    const auto refreshes = fixture_.production->refreshes();
    const auto report = run(giving_up());
    ASSERT_EQ(report.given_up.size(), 1U);
    EXPECT_TRUE(report.given_up[0].done);
    EXPECT_EQ(report.given_up[0].note, "Given up: it was not found in two lookups");
    EXPECT_EQ(fixture_.production->refreshes(), refreshes + 1);
    EXPECT_TRUE(report.in_order());
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "k"));
}

TEST_F(GiveUpTest, IsAuditedAsNotFoundAndNeverAsDestroyed) {
    run(giving_up());
    const AuditRecord record = fixture_.catalogue->audit_log.audit_trail(1).at(0);
    EXPECT_EQ(record.actor, "operator");
    EXPECT_EQ(record.action, "reconcile.give_up");
    EXPECT_EQ(record.project, "MyProject");
    EXPECT_EQ(record.key, "k");
    EXPECT_EQ(record.result,
              "object " + object_.hex() + " not found; given up by an operator (not found in two lookups)");
    for (const AuditRecord& each : fixture_.catalogue->audit_log.audit_trail(100))
        EXPECT_THAT(each.result, testing::Not(testing::HasSubstr("destroyed")));
}

TEST_F(GiveUpTest, DestroysAnObjectThatTheTokenHoldsAfterAll) {
    TokenObject again = foreign("MyProject/k");
    again.id = object_;
    fixture_.production->add_foreign(again);
    fixture_.production->hide_until_refresh(object_);
    const auto report = run(giving_up());
    EXPECT_TRUE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "The token holds it after all: it was destroyed");
    EXPECT_EQ(fixture_.production->objects(), 0U);
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(1).at(0).result,
              "object " + object_.hex() + " destroyed");
}

TEST_F(GiveUpTest, NeedsAModuleThatWasInitialisedSinceTheObjectWasMade) {
    fixture_.environments.find("production")->note_refresh(Instant{});
    fixture_.production->set_refreshable(false);
    const auto report = run(giving_up());
    EXPECT_FALSE(report.given_up.at(0).done);
    EXPECT_EQ(
        report.given_up[0].note,
        "It is not found, but its module can't be initialised again now, as it must be before the second "
        "lookup: try again in a minute, while nothing else is done in this module");
    EXPECT_EQ(fixture_.catalogue->changes.tombstones().size(), 1U);
}

TEST_F(GiveUpTest, NeedsNoFurtherInitialisationWhereTheModuleIsNewerThanTheObject) {
    fixture_.now += std::chrono::hours(1);
    fixture_.environments.find("production")->note_refresh(fixture_.now);
    fixture_.production->set_refreshable(false);
    const auto report = run(giving_up());
    EXPECT_TRUE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "Given up: it was not found in two lookups");
}

TEST_F(GiveUpTest, NeedsATokenThatAnswers) {
    fixture_.production->set_reachable(false);
    const auto report = run(giving_up());
    EXPECT_FALSE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "Its token can't be asked: The token can't be reached");
    EXPECT_EQ(fixture_.catalogue->changes.tombstones().size(), 1U);
}

TEST_F(GiveUpTest, NeedsNoLookupInAnEnvironmentThatIsNotConfigured) {
    Environments none;
    ServiceContext service_context{
        *fixture_.catalogue, none, fixture_.in_flight, {}, "this-process", [this] { return fixture_.now; }};
    const auto report = Reconciler(service_context, no_owner_is_dead).run(giving_up());
    EXPECT_TRUE(report.given_up.at(0).done);
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "k"));
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(1).at(0).result,
              "object " + object_.hex() +
                  " not found; given up by an operator (not looked for: environment production is not "
                  "configured)");
}

TEST_F(GiveUpTest, NeedsNoLookupInATokenThatWasReplaced) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_TRUE(run(giving_up()).given_up.at(0).done);
    EXPECT_TRUE(fixture_.catalogue->changes.tombstones().empty());
}

TEST_F(GiveUpTest, OfADeployedKeyIsRefused) {
    create("other");
    object_ = *deployment("other").object_id;
    const auto report = run(giving_up());
    EXPECT_FALSE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "It is a key's that is deployed: undeploy or delete the key first");
    EXPECT_EQ(fixture_.production->count(object_), 1U);
}

TEST_F(GiveUpTest, OfAnUnknownIdIsRefused) {
    object_ = ObjectId::random();
    const auto report = run(giving_up());
    EXPECT_FALSE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "The catalogue has no tombstone with this id");
    EXPECT_FALSE(report.in_order());
}

}  // namespace
}  // namespace keyward::service
