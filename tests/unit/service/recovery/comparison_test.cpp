#include "service/recovery/comparison.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/service/recovery/reconcile_fixture.hpp"

namespace keyward::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ComparisonTest : public ReconcileFixture {};

TEST_F(ComparisonTest, IsInOrderWhereTokenAndCatalogueAgree) {
    create("k");
    const auto report = run();
    EXPECT_TRUE(report.in_order());
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].name, "production");
    EXPECT_EQ(report.environments[0].objects, 1U);
}

TEST_F(ComparisonTest, ReportsAnObjectThatAnotherApplicationDestroyed) {
    create("k");
    fixture_.production->lose(*deployment("k").object_id);
    const auto report = run();
    EXPECT_FALSE(report.in_order());
    EXPECT_THAT(kinds(report.environments[0]), ElementsAre(DriftKind::missing));
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(ComparisonTest, ReportsAForeignObjectAndLeavesItAlone) {
    fixture_.production->add_foreign(foreign("theirs"));
    EXPECT_THAT(kinds(run().environments[0]), ElementsAre(DriftKind::unknown));
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(ComparisonTest, AFailedScanIsNoComparison) {
    create("k");
    fixture_.production->lose(*deployment("k").object_id);
    fixture_.production->fail_lookups(true);
    const auto report = run(adopting());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::failed);
    EXPECT_EQ(report.environments[0].reason, "The token can't be searched");
    EXPECT_THAT(report.environments[0].drift, IsEmpty());
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed) << "nothing may be repaired";
}

TEST_F(ComparisonTest, AFailedLookupAfterTheScanRepairsNothing) {
    create("k");
    fixture_.production->lose(*deployment("k").object_id);
    CatalogueWith<AfterRecordsQuery> catalogue(*fixture_.catalogue);
    catalogue.when = 2;  // after the scan
    catalogue.event = [&] { fixture_.production->fail_lookups(true); };
    ServiceContext service_context{catalogue, fixture_.environments, fixture_.in_flight,
                                   {},        "this-process",        system_now};
    const auto report = Reconciler(service_context, no_owner_is_dead).run(adopting());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::failed);
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(ComparisonTest, DoesNotTakeAKeyForUnknownThatIsCommittedDuringTheScan) {
    CatalogueWith<AfterRecordsQuery> catalogue(*fixture_.catalogue);
    catalogue.event = [&] { create("late"); };
    EXPECT_THAT(compare(catalogue.keys, catalogue.changes, *fixture_.environments.find("production")).drift,
                IsEmpty());
}

TEST_F(ComparisonTest, DoesNotTakeAKeyForMissingThatIsBackAtTheLookup) {
    create("k");
    const ObjectId id = *deployment("k").object_id;
    fixture_.production->lose(id);
    CatalogueWith<AfterRecordsQuery> catalogue(*fixture_.catalogue);
    catalogue.when = 2;
    catalogue.event = [&] {
        TokenObject again = foreign("MyProject/k");
        again.id = id;
        fixture_.production->add_foreign(again);
    };
    EXPECT_THAT(compare(catalogue.keys, catalogue.changes, *fixture_.environments.find("production")).drift,
                IsEmpty());
}

TEST_F(ComparisonTest, AKeyOfAnotherProcessIsNotMissingOnceTheModuleWasReinitialized) {
    create("k");
    fixture_.production->hide_until_refresh(*deployment("k").object_id);
    const auto report = run(adopting());
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(ComparisonTest, DoesNotReportAnUnknownObjectThatIsGoneAtTheLookup) {
    const TokenObject object = foreign("theirs");
    fixture_.production->add_foreign(object);
    CatalogueWith<AfterRecordsQuery> catalogue(*fixture_.catalogue);
    catalogue.when = 2;
    catalogue.event = [&] { fixture_.production->lose(*object.id); };
    EXPECT_THAT(compare(catalogue.keys, catalogue.changes, *fixture_.environments.find("production")).drift,
                IsEmpty());
}

TEST_F(ComparisonTest, DoesNotReportAnIncompleteObjectThatIsCompleteAtTheSecondLookup) {
    fixture_.production->add_incomplete();
    CatalogueWith<AfterRecordsQuery> catalogue(*fixture_.catalogue);
    catalogue.when = 2;
    catalogue.event = [&] { fixture_.production->complete_incomplete(); };
    EXPECT_THAT(compare(catalogue.keys, catalogue.changes, *fixture_.environments.find("production")).drift,
                IsEmpty());
}

TEST_F(ComparisonTest, LiveImportsAreNoDrift) {
    fixture_.production->block_imports();
    std::thread request([&] { create("live"); });
    fixture_.production->wait_for_blocked(1);
    const ObjectId id = fixture_.catalogue->changes.intents().at(0).object_id;
    TokenObject object = foreign("MyProject/live");
    object.id = id;
    fixture_.production->add_foreign(object);
    EXPECT_TRUE(run().in_order());
    fixture_.production->lose(id);
    fixture_.production->release_imports();
    request.join();
}

TEST_F(ComparisonTest, ReportsTheProgressOfTheScan) {
    create("a");
    create("b");
    std::vector<std::size_t> last;
    Reconciler(fixture_.service_context(), no_owner_is_dead,
               [&](const std::string& environment, std::size_t done, std::size_t total) {
                   if (environment == "production") last = {done, total};
               })
        .run({});
    EXPECT_THAT(last, ElementsAre(2U, 2U));
}

TEST_F(ComparisonTest, ReportsTheProgressOfTheSecondLookup) {
    create("a");
    create("b");
    fixture_.production->lose(*deployment("a").object_id);
    fixture_.production->lose(*deployment("b").object_id);
    fixture_.production->add_foreign(foreign("theirs"));
    std::vector<std::pair<std::size_t, std::size_t>> told;
    Reconciler(fixture_.service_context(), no_owner_is_dead,
               [&](const std::string& what, std::size_t done, std::size_t total) {
                   if (what == "production, second look") told.emplace_back(done, total);
               })
        .run({});
    EXPECT_THAT(told, ElementsAre(std::pair(1U, 3U), std::pair(2U, 3U), std::pair(3U, 3U)));
}

}  // namespace
}  // namespace keyward::service
