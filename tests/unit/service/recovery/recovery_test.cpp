#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

/// A create that ended, as by a crash, after its objects were made and before its commit.
ObjectId cut_off_create(Workbench& bench, const std::string& owner, Instant lease_until,
                        const std::string& environment = "production") {
    const ObjectId id = ObjectId::random();
    Key key;
    key.id = "key-" + id.hex();
    key.project_id = bench.project.id;
    key.name = key.id;
    EXPECT_TRUE(bench.catalogue->begin_create(key, {{id, key.id, environment, owner, lease_until}}, {}));
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    (environment == "production" ? bench.production : bench.staging)
        ->import({id, "label", material, {Use::cipher}, Lifetime::token, {}});
    return id;
}

void cut_off_creates(Workbench& bench, int count) {
    for (int i = 0; i < count; ++i)
        cut_off_create(bench, "another-process", bench.now - std::chrono::seconds(1));
}

/// How many tombstones a replica would not touch now.
std::size_t leased(Workbench& bench) {
    const auto tombstones = bench.catalogue->tombstones();
    return static_cast<std::size_t>(std::ranges::count_if(
        tombstones, [&](const Tombstone& each) { return each.lease_until > bench.now; }));
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
    EXPECT_FALSE(bench.catalogue->find_key(bench.project.id, "key-" + id.hex()));
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
    EXPECT_FALSE(bench.catalogue->find_key(bench.project.id, "key-" + id.hex()));
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
    const auto claimed = bench.catalogue->claim_tombstones(
        {"production", "a-replica", bench.now, bench.now + std::chrono::seconds(30)});
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

/// The one whose lookup fails is the first of the pass; those behind it would be found.
TEST(Recovery, DestroysNothingInAnEnvironmentWhereOneLookupFailsAndAllInTheOthers) {
    Workbench bench;
    const Instant ran_out = bench.now - std::chrono::seconds(1);
    const ObjectId elsewhere = cut_off_create(bench, "another-process", ran_out);
    const ObjectId first = cut_off_create(bench, "another-process", ran_out, "staging");
    const ObjectId second = cut_off_create(bench, "another-process", ran_out, "staging");
    bench.staging->in_next_lookup(
        [] { throw TokenError(TokenFault::unreachable, "The token can't be searched"); });
    const auto report = Recovery(bench.workplace(), nobody_is_dead).settle();
    EXPECT_EQ(report.failed_lookups, std::vector<std::string>{"staging: The token can't be searched"});
    EXPECT_EQ(bench.staging->count(first) + bench.staging->count(second), 2U);
    EXPECT_EQ(bench.production->count(elsewhere), 0U);
    EXPECT_EQ(report.destroyed_objects, 1U);
    EXPECT_EQ(report.left_tombstones, 2U);
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

TEST(Recovery, HoldsAtMostABatchOfLeasesAtOnce) {
    Workbench bench;
    cut_off_creates(bench, 40);
    Recovery recovery(bench.workplace(), nobody_is_dead);
    EXPECT_EQ(recovery.settle_intents(), 32U);
    EXPECT_EQ(recovery.settle_intents(), 8U);
    bench.now += std::chrono::hours(1);  // the leases of settling run out
    std::vector<std::size_t> held;
    const auto report = recovery.settle([&](std::size_t, std::size_t) { held.push_back(leased(bench)); });
    EXPECT_EQ(report.destroyed_objects, 40U);
    ASSERT_EQ(held.size(), 40U);
    for (std::size_t done = 1; done <= held.size(); ++done)
        EXPECT_EQ(held[done - 1], done <= 32 ? 32 - done : 40 - done) << done;
}

/// Every call takes a third of a lease here, so one that is not renewed runs out at the fourth.
TEST(Recovery, RenewsTheLeasesOfAPassWhileItLasts) {
    Workbench bench;
    cut_off_creates(bench, 12);
    const auto step = bench.environments.lease() / 3;
    std::vector<std::size_t> held;
    Recovery(bench.workplace(), nobody_is_dead).settle([&](std::size_t, std::size_t) {
        held.push_back(leased(bench));
        bench.now += step;
    });
    EXPECT_EQ(held, (std::vector<std::size_t>{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
}

TEST(Recovery, StopsBetweenTwoTombstonesAndFreesTheRest) {
    Workbench bench;
    cut_off_creates(bench, 5);
    std::stop_source stop;
    const auto report = Recovery(bench.workplace(), nobody_is_dead)
                            .settle([&](std::size_t, std::size_t) { stop.request_stop(); }, stop.get_token());
    EXPECT_EQ(report.removed_tombstones, 1U);
    EXPECT_EQ(report.left_tombstones, 4U);
    EXPECT_EQ(bench.production->objects(), 4U);
    EXPECT_EQ(leased(bench), 0U);
}

TEST(Recovery, StopsBetweenTwoLookupsAndDestroysNothing) {
    Workbench bench;
    cut_off_creates(bench, 5);
    std::stop_source stop;
    bench.production->in_next_lookup([&] { stop.request_stop(); });
    const auto report = Recovery(bench.workplace(), nobody_is_dead).settle({}, stop.get_token());
    EXPECT_EQ(report.destroyed_objects, 0U);
    EXPECT_TRUE(report.failed_lookups.empty());
    EXPECT_EQ(bench.production->objects(), 5U);
    EXPECT_EQ(leased(bench), 0U);
}

TEST(Recovery, DoesNothingOnceItIsToStop) {
    Workbench bench;
    cut_off_creates(bench, 1);
    std::stop_source stop;
    stop.request_stop();
    const auto report = Recovery(bench.workplace(), nobody_is_dead).settle({}, stop.get_token());
    EXPECT_EQ(report.settled_intents, 0U);
    EXPECT_EQ(bench.catalogue->intents().size(), 1U);
    EXPECT_EQ(bench.production->objects(), 1U);
}

}  // namespace
}  // namespace keyward::service
