#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/service/workbench.hpp"

namespace keyward::service {
namespace {

/// A create that ended, as by a crash, after its objects were made and before its commit.
ObjectId cut_off_create(Workbench& bench, const std::string& owner, Instant lease_until) {
    const ObjectId id = ObjectId::random();
    Key key;
    key.id = "key-" + id.hex();
    key.project_id = bench.project.id;
    key.name = "cut-off";
    EXPECT_TRUE(bench.catalogue->begin_create(key, {{id, key.id, "production", owner, lease_until}}, {}));
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    bench.production->import({id, "label", material, {Use::cipher}, Lifetime::token, {}});
    return id;
}

bool nobody_is_dead(const std::string&) {
    return false;
}

TEST(Recovery, TakesBackACreateWhoseLeaseRanOut) {
    Workbench bench;
    const ObjectId id = cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    const auto report = Recovery(bench.workplace(), nobody_is_dead).settle();
    EXPECT_EQ(report.settled_intents, 1U);
    EXPECT_EQ(report.destroyed_objects, 1U);
    EXPECT_EQ(report.left_tombstones, 0U);
    EXPECT_EQ(bench.production->count(id), 0U);
    EXPECT_FALSE(bench.catalogue->find_key(bench.project.id, "cut-off"));
    EXPECT_TRUE(bench.catalogue->tombstones().empty());
}

TEST(Recovery, LeavesLiveWorkOfAnotherProcessAlone) {
    Workbench bench;
    const ObjectId id = cut_off_create(bench, "another-process", bench.now + std::chrono::seconds(1));
    EXPECT_EQ(Recovery(bench.workplace(), nobody_is_dead).settle().settled_intents, 0U);
    EXPECT_EQ(bench.production->count(id), 1U);
    EXPECT_EQ(bench.catalogue->intents().size(), 1U);
}

TEST(Recovery, DoesNotWaitForTheLeaseOfAProcessThatIsKnownToBeDead) {
    Workbench bench;
    const ObjectId id = cut_off_create(bench, "dead-process", bench.now + std::chrono::hours(1));
    Recovery recovery(bench.workplace(), [](const std::string& owner) { return owner == "dead-process"; });
    EXPECT_EQ(recovery.settle().destroyed_objects, 1U);
    EXPECT_EQ(bench.production->count(id), 0U);
}

TEST(Recovery, KeepsTheTombstoneOfATokenThatCanNotBeReachedAndFinishesLater) {
    Workbench bench;
    const ObjectId id = cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    Recovery recovery(bench.workplace(), nobody_is_dead);
    bench.production->set_reachable(false);
    EXPECT_EQ(recovery.settle().left_tombstones, 1U);
    EXPECT_EQ(bench.catalogue->tombstones().size(), 1U);
    EXPECT_FALSE(bench.catalogue->find_key(bench.project.id, "cut-off"));
    bench.production->set_reachable(true);
    EXPECT_EQ(recovery.settle().destroyed_objects, 1U);
    EXPECT_EQ(bench.production->count(id), 0U);
    EXPECT_TRUE(bench.catalogue->tombstones().empty());
}

TEST(Recovery, ATombstoneWhoseTokenItCanNotReachIsFreeForAnotherReplica) {
    Workbench bench;
    cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    bench.production->set_reachable(false);
    Recovery(bench.workplace(), nobody_is_dead).settle();
    const auto claimed =
        bench.catalogue->claim_tombstones(bench.now, "a-replica", bench.now + std::chrono::seconds(30));
    EXPECT_EQ(claimed.size(), 1U);
}

TEST(Recovery, DoesNotTakeAnObjectForGoneWhileItsImportIsUnderWay) {
    Workbench bench(std::chrono::milliseconds(50));
    bench.production->block_imports();
    error_of([&] { bench.create(Workbench::aes_request("k", {"production"})); });
    EXPECT_EQ(Recovery(bench.workplace(), nobody_is_dead).settle().left_tombstones, 1U);
    EXPECT_EQ(bench.catalogue->tombstones().size(), 1U);
}

TEST(Recovery, RenewsTheLeasesOfWhatIsUnderWay) {
    Workbench bench;
    bench.production->block_imports();
    std::thread request([&] { bench.create(Workbench::aes_request("k", {"production"})); });
    bench.production->wait_for_blocked(1);
    const Instant first = bench.catalogue->intents().at(0).lease_until;
    auto later = bench.workplace();
    later.clock = [at = bench.now + std::chrono::seconds(7)] { return at; };
    Recovery(later, nobody_is_dead).renew_leases();
    EXPECT_EQ(bench.catalogue->intents().at(0).lease_until, first + std::chrono::seconds(7));
    bench.production->release_imports();
    request.join();
}

TEST(Recovery, NeverTouchesAnObjectThatACommittedKeyNames) {
    Workbench bench;
    bench.create(Workbench::aes_request("k", {"production"}));
    bench.now += std::chrono::hours(1);
    const auto report = Recovery(bench.workplace(), nobody_is_dead).settle();
    EXPECT_EQ(report.settled_intents, 0U);
    EXPECT_EQ(bench.production->objects(), 1U);
}

TEST(Recovery, LeavesTombstonesOfAnEnvironmentThatTheConfigurationNoLongerHas) {
    Workbench bench;
    cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    const Environments none;
    auto workplace = bench.workplace();
    Environments empty;
    Workplace elsewhere{workplace.catalogue, empty, workplace.in_flight, {}, "this-process", workplace.clock};
    EXPECT_EQ(Recovery(elsewhere, nobody_is_dead).settle().left_tombstones, 1U);
    EXPECT_EQ(bench.catalogue->tombstones().size(), 1U);
}

TEST(Recovery, DestroysNothingWhenOneLookupFails) {
    Workbench bench;
    const ObjectId first = cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    Key key;
    key.id = "elsewhere";
    key.project_id = bench.project.id;
    key.name = "elsewhere";
    bench.catalogue->begin_create(
        key, {{ObjectId::random(), key.id, "staging", "another", bench.now - std::chrono::seconds(1)}}, {});
    bench.staging->fail_lookups(true);
    const auto report = Recovery(bench.workplace(), nobody_is_dead).settle();
    EXPECT_EQ(report.failed_lookups, std::vector<std::string>{"staging: The token can't be searched"});
    EXPECT_EQ(report.destroyed_objects, 0U);
    EXPECT_EQ(report.left_tombstones, 2U);
    EXPECT_EQ(bench.production->count(first), 1U) << "its own lookup went well";
    EXPECT_EQ(bench.catalogue->tombstones().size(), 2U);
}

TEST(Recovery, DestroysWhatItFoundOnceEveryLookupGoesWell) {
    Workbench bench;
    const ObjectId id = cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    Recovery recovery(bench.workplace(), nobody_is_dead);
    bench.production->fail_lookups(true);
    recovery.settle();
    bench.production->fail_lookups(false);
    EXPECT_EQ(recovery.settle().destroyed_objects, 1U);
    EXPECT_EQ(bench.production->count(id), 0U);
}

TEST(Recovery, AnEnvironmentThatIsDownKeepsNoOtherFromBeingSettled) {
    Workbench bench;
    const ObjectId id = cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    Key key;
    key.id = "elsewhere";
    key.project_id = bench.project.id;
    key.name = "elsewhere";
    bench.catalogue->begin_create(
        key, {{ObjectId::random(), key.id, "staging", "another", bench.now - std::chrono::seconds(1)}}, {});
    bench.staging->set_reachable(false);
    const auto report = Recovery(bench.workplace(), nobody_is_dead).settle();
    EXPECT_TRUE(report.failed_lookups.empty());
    EXPECT_EQ(report.out_of_reach.at("staging"), "The token can't be reached");
    EXPECT_EQ(bench.production->count(id), 0U);
}

TEST(Recovery, ATombstoneWithoutAnObjectStaysUntilNoCallCanMakeItAnyMore) {
    Workbench bench;
    const ObjectId id = cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    bench.production->lose(id);
    Recovery recovery(bench.workplace(), nobody_is_dead);
    EXPECT_EQ(recovery.settle().left_tombstones, 1U);
    const Instant kept_until = bench.catalogue->tombstones().at(0).keep_until;
    EXPECT_GT(kept_until, bench.now);
    bench.now = kept_until - std::chrono::milliseconds(1);
    EXPECT_EQ(recovery.settle().left_tombstones, 1U);
    bench.now = kept_until;
    EXPECT_EQ(recovery.settle().left_tombstones, 0U);
    EXPECT_TRUE(bench.catalogue->tombstones().empty());
}

TEST(Recovery, AnObjectThatALateCallMadeIsDestroyed) {
    Workbench bench;
    const ObjectId id = cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    bench.production->lose(id);
    Recovery recovery(bench.workplace(), nobody_is_dead);
    recovery.settle();
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    bench.production->import({id, "label", material, {Use::cipher}, Lifetime::token, {}});
    EXPECT_EQ(recovery.settle().destroyed_objects, 1U);
    EXPECT_EQ(bench.production->count(id), 0U);
}

TEST(Recovery, TellsHowFarItIs) {
    Workbench bench;
    cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
    std::vector<std::pair<std::size_t, std::size_t>> told;
    Recovery(bench.workplace(), nobody_is_dead).settle([&](std::size_t done, std::size_t total) {
        told.emplace_back(done, total);
    });
    EXPECT_EQ(told, (std::vector<std::pair<std::size_t, std::size_t>>{{1, 1}}));
}

}  // namespace
}  // namespace keyward::service
