#include "service/recovery/reconcile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/lifecycle/lifecycle.hpp"
#include "service/recovery/drift_watch.hpp"
#include "service/runtime/pinned_token.hpp"
#include "tests/unit/service/recovery/reconcile_fixture.hpp"

namespace keyward::service {
namespace {

using testing::ElementsAre;

const char* const none_of_its_keys =
    "The token of environment production holds none of the keys that are recorded for it, so it may have "
    "been "
    "initialised again: put the right token back, or accept this one with: keyward reconcile --accept-token "
    "production";

class ReconcileTest : public ReconcileFixture {};

TEST_F(ReconcileTest, ComparesOnlyTheEnvironmentsThatAreNamed) {
    ReconcileOptions options;
    options.environments = {"staging"};
    const auto report = run(options);
    ASSERT_EQ(report.environments.size(), 1U);
    EXPECT_EQ(report.environments[0].name, "staging");
}

TEST_F(ReconcileTest, SkipsAnEnvironmentThatIsDownAndComparesTheOthers) {
    fixture_.production->set_reachable(false);
    const auto report = run();
    EXPECT_FALSE(report.in_order());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::skipped);
    EXPECT_EQ(report.environments[0].reason, "The token can't be reached");
    EXPECT_EQ(report.environments[1].status, ComparisonStatus::compared);
}

TEST_F(ReconcileTest, ResolvesInterruptedChangesBeforeItCompares) {
    const ObjectId id = ObjectId::random();
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{id, key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}}, {}));
    TokenObject object = foreign("MyProject/cut-off");
    object.id = id;
    fixture_.production->add_foreign(object);
    const auto report = run();
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(report.resolved->destroyed_objects, 1U);
    EXPECT_EQ(fixture_.production->objects(), 0U);
}

TEST_F(ReconcileTest, AnEnvironmentWhoseTokenIsAcceptedIsComparedWithThoseThatAreNamed) {
    ReconcileOptions options = accepting("production");
    options.environments = {"staging"};
    EXPECT_EQ(run(options).environments.size(), 2U);
}

/// Another token is in the place of the one that is recorded.
class ReplacedToken : public ReconcileFixture {
  protected:
    ReplacedToken() {
        EnvironmentProfile profile;
        profile.name = "production";
        profile.workers = 2;
        pinned_.add(std::make_unique<Environment>(
            profile, std::make_shared<PinnedToken>(
                         fixture_.production, "production", fixture_.catalogue->token_pins,
                         fixture_.catalogue->deployments, PinnedToken::Pinning::record, system_now)));
    }
    ReconcileReport run_pinned(const ReconcileOptions& options = {}) {
        ServiceContext service_context{*fixture_.catalogue, pinned_,
                                       fixture_.in_flight,  {},
                                       "this-process",      [this] { return fixture_.now; },
                                       fixture_.marks};
        return Reconciler(service_context, no_owner_is_dead).run(options);
    }

    Environments pinned_;
};

TEST_F(ReplacedToken, NothingIsDestroyedAndTheReasonIsReported) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto report = run_pinned();
    EXPECT_FALSE(report.in_order());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::skipped);
    EXPECT_EQ(report.environments[0].reason,
              "The token of environment production is not the one that holds its keys");
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(ReplacedToken, ItsTombstonesStay) {
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}},
        {}));
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    run_pinned();
    fixture_.now += std::chrono::hours(1);
    const auto report = run_pinned();
    EXPECT_EQ(report.resolved->left_tombstones, 1U);
    EXPECT_EQ(fixture_.catalogue->changes.tombstones().size(), 1U);
}

TEST_F(ReplacedToken, AdoptDoesNotAcceptIt) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto report = run_pinned(adopting());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::skipped);
    EXPECT_EQ(report.environments[0].reason,
              "The token of environment production is not the one that holds its keys");
    EXPECT_FALSE(report.environments[0].accepted_token);
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(ReplacedToken, IsAcceptedWhereItsEnvironmentIsNamedAndWhatItDoesNotHoldIsMarked) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto report = run_pinned(accepting("production"));
    ASSERT_TRUE(report.environments[0].accepted_token);
    EXPECT_EQ(report.environments[0].accepted_token->serial, "0002");
    EXPECT_EQ(report.environments[0].accepted_token->previous, "0001");
    EXPECT_TRUE(report.environments[0].accepted_token->done);
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0002");
    EXPECT_EQ(deployment("k").state, DeploymentState::failed);
}

TEST_F(ReplacedToken, ItsAcceptanceIsInTheAuditTrail) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    ReconcileOptions options = accepting("production");
    options.actor = "operator";
    run_pinned(options);
    const auto records = fixture_.catalogue->audit_log.audit_trail(1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].actor, "operator");
    EXPECT_EQ(records[0].action, "reconcile.accept_token");
    EXPECT_THAT(records[0].environments, ElementsAre("production"));
    EXPECT_EQ(records[0].result, "serial 0002 in place of 0001");
}

TEST_F(ReplacedToken, StaysRefusedWhereAnotherEnvironmentIsNamed) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto report = run_pinned(accepting("staging"));
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::skipped);
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
}

TEST_F(ReplacedToken, AcceptingItAdoptsNoUnknownObject) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    fixture_.production->add_foreign(of_ours("found"));
    EXPECT_THAT(kinds(run_pinned(accepting("production")).environments[0]), ElementsAre(DriftKind::unknown));
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "found"));
    ReconcileOptions both = accepting("production");
    both.adopt = true;
    EXPECT_TRUE(run_pinned(both).in_order());
    EXPECT_TRUE(fixture_.catalogue->keys.find_key(fixture_.project.id, "found"));
}

TEST_F(ReplacedToken, AcceptingTheFirstOneAgainBringsItsKeysBack) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    run_pinned(accepting("production"));
    fixture_.production->put_back();
    run_pinned(accepting("production"));
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(ReplacedToken, AnAcceptanceThatWasInterruptedIsFinishedByTheSameCommand) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    const auto report = run_pinned(accepting("production"));
    EXPECT_FALSE(report.environments[0].accepted_token);
    EXPECT_EQ(deployment("k").state, DeploymentState::failed);
}

TEST_F(ReplacedToken, IsAcceptedWhereNoneIsRecorded) {
    create("k");
    fixture_.production->replace_by_empty("0002");
    EXPECT_EQ(run_pinned().environments[0].reason, none_of_its_keys);
    const auto report = run_pinned(accepting("production"));
    ASSERT_TRUE(report.environments[0].accepted_token);
    EXPECT_FALSE(report.environments[0].accepted_token->previous);
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0002");
}

TEST_F(ReplacedToken, ADryRunOnlyReportsThatItWouldBeAccepted) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto trail = fixture_.catalogue->audit_log.audit_trail(100).size();
    ReconcileOptions options = accepting("production");
    options.dry_run = true;
    const auto report = run_pinned(options);
    ASSERT_TRUE(report.environments[0].accepted_token);
    EXPECT_EQ(report.environments[0].accepted_token->serial, "0002");
    EXPECT_FALSE(report.environments[0].accepted_token->done);
    EXPECT_FALSE(report.in_order());
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(100).size(), trail);
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(ReplacedToken, NothingIsAcceptedWhereTheTokenIsTheRightOne) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    EXPECT_FALSE(run_pinned(accepting("production")).environments[0].accepted_token);
}

/// The token was initialized again and kept its serial number.
class ReinitializedToken : public ReplacedToken {
  protected:
    ReinitializedToken() {
        create("k");
        fixture_.catalogue->token_pins.pin_token("production", "0001", {});
        fixture_.production->replace_by_empty("0001");
    }
};

TEST_F(ReinitializedToken, ReportsWhatIsMissingAndRepairsNothing) {
    const auto report = run_pinned(adopting());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::compared);
    EXPECT_EQ(report.environments[0].reason, none_of_its_keys);
    EXPECT_THAT(kinds(report.environments[0]), ElementsAre(DriftKind::missing));
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
    EXPECT_FALSE(report.in_order());
}

TEST_F(ReinitializedToken, IsAcceptedByTheCommandThatTheTextNames) {
    const auto report = run_pinned(accepting("production"));
    ASSERT_TRUE(report.environments[0].accepted_token);
    EXPECT_EQ(report.environments[0].accepted_token->serial, "0001");
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(deployment("k").state, DeploymentState::failed);
    EXPECT_EQ(deployment("k").serial, "0001 before " + to_rfc3339(fixture_.now));
    EXPECT_TRUE(run_pinned().in_order());
}

TEST_F(ReinitializedToken, KeepsTheTombstonesOfTheOneBefore) {
    const Key key = *fixture_.catalogue->keys.find_key(fixture_.project.id, "k");
    create("other");
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, std::nullopt, "dead", fixture_.now, {});
    fixture_.production->lose(*deployment("other").object_id);
    run_pinned(accepting("production"));
    ASSERT_EQ(fixture_.catalogue->changes.tombstones().size(), 1U);
    EXPECT_EQ(fixture_.catalogue->changes.tombstones()[0].serial, "0001 before " + to_rfc3339(fixture_.now));
}

TEST_F(ReinitializedToken, GivesUpNothingThatTheFormerTokenHeld) {
    const Key key = *fixture_.catalogue->keys.find_key(fixture_.project.id, "k");
    create("other");
    const ObjectId object = *key.deployments[0].object_id;
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, std::nullopt, "dead", fixture_.now, {});
    fixture_.production->lose(*deployment("other").object_id);
    ReconcileOptions options;
    options.give_up = {object};
    EXPECT_EQ(run_pinned(options).given_up.at(0).note,
              std::string("Its token can't be asked: ") + none_of_its_keys);
}

}  // namespace
}  // namespace keyward::service
