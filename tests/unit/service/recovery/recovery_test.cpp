#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

/// A create that ended, for instance by a crash, after its objects were made and before its commit.
ObjectId cut_off_create(ServiceFixture& fixture, const std::string& owner, Instant lease_until,
                        const std::string& environment = "production") {
    const ObjectId id = ObjectId::random();
    Key key;
    key.id = "key-" + id.hex();
    key.project_id = fixture.project.id;
    key.name = key.id;
    EXPECT_TRUE(
        fixture.catalogue->keys.begin_create(key, {{id, key.id, environment, owner, lease_until}}, {}));
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    (environment == "production" ? fixture.production : fixture.staging)
        ->import({id, "label", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, {}});
    return id;
}

void cut_off_creates(ServiceFixture& fixture, int count) {
    for (int i = 0; i < count; ++i)
        cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
}

/// The number of tombstones that a replica would not touch now.
std::size_t leased(ServiceFixture& fixture) {
    const auto tombstones = fixture.catalogue->changes.tombstones();
    return static_cast<std::size_t>(std::ranges::count_if(
        tombstones, [&](const Tombstone& each) { return each.lease_until > fixture.now; }));
}

TEST(Recovery, TakesBackACreateWhoseLeaseRanOut) {
    ServiceFixture fixture;
    const ObjectId id = cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    const auto report = Recovery(fixture.service_context(), no_owner_is_dead).resolve();
    EXPECT_EQ(report.resolved_intents, 1U);
    EXPECT_EQ(report.destroyed_objects, 1U);
    EXPECT_EQ(report.left_tombstones, 0U);
    EXPECT_EQ(fixture.production->count(id), 0U);
    EXPECT_FALSE(fixture.catalogue->keys.find_key(fixture.project.id, "key-" + id.hex()));
    EXPECT_TRUE(fixture.catalogue->changes.tombstones().empty());
}

TEST(Recovery, LeavesLiveWorkOfAnotherProcessAlone) {
    ServiceFixture fixture;
    const ObjectId id = cut_off_create(fixture, "another-process", fixture.now + std::chrono::seconds(1));
    EXPECT_EQ(Recovery(fixture.service_context(), no_owner_is_dead).resolve().resolved_intents, 0U);
    EXPECT_EQ(fixture.production->count(id), 1U);
    EXPECT_EQ(fixture.catalogue->changes.intents().size(), 1U);
}

TEST(Recovery, DoesNotWaitForTheLeaseOfAProcessThatIsKnownToBeDead) {
    ServiceFixture fixture;
    const ObjectId id = cut_off_create(fixture, "dead-process", fixture.now + std::chrono::hours(1));
    Recovery recovery(fixture.service_context(),
                      [](const std::string& owner) { return owner == "dead-process"; });
    EXPECT_EQ(recovery.resolve().destroyed_objects, 1U);
    EXPECT_EQ(fixture.production->count(id), 0U);
}

TEST(Recovery, KeepsTheTombstoneOfATokenThatCanNotBeReachedAndFinishesLater) {
    ServiceFixture fixture;
    const ObjectId id = cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    Recovery recovery(fixture.service_context(), no_owner_is_dead);
    fixture.production->set_reachable(false);
    EXPECT_EQ(recovery.resolve().left_tombstones, 1U);
    EXPECT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
    EXPECT_FALSE(fixture.catalogue->keys.find_key(fixture.project.id, "key-" + id.hex()));
    fixture.production->set_reachable(true);
    EXPECT_EQ(recovery.resolve().destroyed_objects, 1U);
    EXPECT_EQ(fixture.production->count(id), 0U);
    EXPECT_TRUE(fixture.catalogue->changes.tombstones().empty());
}

TEST(Recovery, ATombstoneWhoseTokenItCanNotReachIsFreeForAnotherReplica) {
    ServiceFixture fixture;
    cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    fixture.production->set_reachable(false);
    Recovery(fixture.service_context(), no_owner_is_dead).resolve();
    const auto claimed = fixture.catalogue->changes.claim_tombstones(
        {"production", "a-replica", fixture.now, fixture.now + std::chrono::seconds(30)});
    EXPECT_EQ(claimed.size(), 1U);
}

TEST(Recovery, DoesNotTakeAnObjectForGoneWhileItsImportIsUnderWay) {
    ServiceFixture fixture(std::chrono::seconds(1));  // a busy worker begins the import within the deadline
    fixture.production->block_imports();
    error_of([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); });
    EXPECT_EQ(Recovery(fixture.service_context(), no_owner_is_dead).resolve().left_tombstones, 1U);
    EXPECT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
}

TEST(Recovery, RenewsTheLeasesOfWhatIsUnderWay) {
    ServiceFixture fixture;
    fixture.production->block_imports();
    std::thread request([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); });
    fixture.production->wait_for_blocked(1);
    const Instant first = fixture.catalogue->changes.intents().at(0).lease_until;
    auto later = fixture.service_context();
    later.clock = [at = fixture.now + std::chrono::seconds(7)] { return at; };
    Recovery(later, no_owner_is_dead).renew_leases();
    EXPECT_EQ(fixture.catalogue->changes.intents().at(0).lease_until, first + std::chrono::seconds(7));
    fixture.production->release_imports();
    request.join();
}

TEST(Recovery, NeverTouchesAnObjectThatACommittedKeyNames) {
    ServiceFixture fixture;
    fixture.create(ServiceFixture::aes_request("k", {"production"}));
    fixture.now += std::chrono::hours(1);
    const auto report = Recovery(fixture.service_context(), no_owner_is_dead).resolve();
    EXPECT_EQ(report.resolved_intents, 0U);
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(Recovery, LeavesTombstonesOfAnEnvironmentThatTheConfigurationNoLongerHas) {
    ServiceFixture fixture;
    cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    const Environments none;
    auto service_context = fixture.service_context();
    Environments empty;
    ServiceContext elsewhere{service_context.catalogue, empty, service_context.in_flight, {}, "this-process",
                             service_context.clock};
    EXPECT_EQ(Recovery(elsewhere, no_owner_is_dead).resolve().left_tombstones, 1U);
    EXPECT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
}

/// The first lookup of the pass fails; the later ones would succeed.
TEST(Recovery, DestroysNothingInAnEnvironmentWhereOneLookupFailsAndAllInTheOthers) {
    ServiceFixture fixture;
    const Instant ran_out = fixture.now - std::chrono::seconds(1);
    const ObjectId elsewhere = cut_off_create(fixture, "another-process", ran_out);
    const ObjectId first = cut_off_create(fixture, "another-process", ran_out, "staging");
    const ObjectId second = cut_off_create(fixture, "another-process", ran_out, "staging");
    fixture.staging->in_next_lookup(
        [] { throw TokenError(TokenFault::unreachable, "The token can't be searched"); });
    const auto report = Recovery(fixture.service_context(), no_owner_is_dead).resolve();
    EXPECT_EQ(report.failed_lookups, std::vector<std::string>{"staging: The token can't be searched"});
    EXPECT_EQ(fixture.staging->count(first) + fixture.staging->count(second), 2U);
    EXPECT_EQ(fixture.production->count(elsewhere), 0U);
    EXPECT_EQ(report.destroyed_objects, 1U);
    EXPECT_EQ(report.left_tombstones, 2U);
}

TEST(Recovery, DestroysWhatItFoundOnceEveryLookupGoesWell) {
    ServiceFixture fixture;
    const ObjectId id = cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    Recovery recovery(fixture.service_context(), no_owner_is_dead);
    fixture.production->fail_lookups(true);
    recovery.resolve();
    fixture.production->fail_lookups(false);
    EXPECT_EQ(recovery.resolve().destroyed_objects, 1U);
    EXPECT_EQ(fixture.production->count(id), 0U);
}

TEST(Recovery, AnEnvironmentThatIsDownKeepsNoOtherFromBeingSettled) {
    ServiceFixture fixture;
    const ObjectId id = cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    Key key;
    key.id = "elsewhere";
    key.project_id = fixture.project.id;
    key.name = "elsewhere";
    fixture.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "staging", "another", fixture.now - std::chrono::seconds(1)}}, {});
    fixture.staging->set_reachable(false);
    const auto report = Recovery(fixture.service_context(), no_owner_is_dead).resolve();
    EXPECT_TRUE(report.failed_lookups.empty());
    EXPECT_EQ(report.out_of_reach.at("staging"), "The token can't be reached");
    EXPECT_EQ(fixture.production->count(id), 0U);
}

TEST(Recovery, ATombstoneWithoutAnObjectStaysUntilNoCallCanMakeItAnyMore) {
    ServiceFixture fixture;
    const ObjectId id = cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    fixture.production->lose(id);
    Recovery recovery(fixture.service_context(), no_owner_is_dead);
    EXPECT_EQ(recovery.resolve().left_tombstones, 1U);
    const Instant kept_until = fixture.catalogue->changes.tombstones().at(0).keep_until;
    EXPECT_GT(kept_until, fixture.now);
    fixture.now = kept_until - std::chrono::milliseconds(1);
    EXPECT_EQ(recovery.resolve().left_tombstones, 1U);
    fixture.now = kept_until;
    EXPECT_EQ(recovery.resolve().left_tombstones, 0U);
    EXPECT_TRUE(fixture.catalogue->changes.tombstones().empty());
}

TEST(Recovery, AnObjectThatALateCallMadeIsDestroyed) {
    ServiceFixture fixture;
    const ObjectId id = cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    fixture.production->lose(id);
    Recovery recovery(fixture.service_context(), no_owner_is_dead);
    recovery.resolve();
    const keys::KeyMaterial material = keys::SecretKey{keys::Algorithm::aes, random_secret(16)};
    fixture.production->import(
        {id, "label", material, {KeyUsage::encrypt_decrypt}, ObjectLifetime::token, {}});
    EXPECT_EQ(recovery.resolve().destroyed_objects, 1U);
    EXPECT_EQ(fixture.production->count(id), 0U);
}

TEST(Recovery, TellsHowFarItIs) {
    ServiceFixture fixture;
    cut_off_create(fixture, "another-process", fixture.now - std::chrono::seconds(1));
    std::vector<std::pair<std::size_t, std::size_t>> told;
    Recovery(fixture.service_context(), no_owner_is_dead).resolve([&](std::size_t done, std::size_t total) {
        told.emplace_back(done, total);
    });
    EXPECT_EQ(told, (std::vector<std::pair<std::size_t, std::size_t>>{{1, 1}}));
}

TEST(Recovery, HoldsAtMostABatchOfLeasesAtOnce) {
    ServiceFixture fixture;
    cut_off_creates(fixture, 40);
    Recovery recovery(fixture.service_context(), no_owner_is_dead);
    EXPECT_EQ(recovery.resolve_intents(), 32U);
    EXPECT_EQ(recovery.resolve_intents(), 8U);
    fixture.now += std::chrono::hours(1);  // the leases of the resolution run out
    std::vector<std::size_t> held;
    const auto report = recovery.resolve([&](std::size_t, std::size_t) { held.push_back(leased(fixture)); });
    EXPECT_EQ(report.destroyed_objects, 40U);
    ASSERT_EQ(held.size(), 40U);
    for (std::size_t done = 1; done <= held.size(); ++done)
        EXPECT_EQ(held[done - 1], done <= 32 ? 32 - done : 40 - done) << done;
}

/// Every call takes a third of a lease here, so one that is not renewed runs out at the fourth.
TEST(Recovery, RenewsTheLeasesOfAPassWhileItLasts) {
    ServiceFixture fixture;
    cut_off_creates(fixture, 12);
    const auto step = fixture.environments.lease() / 3;
    std::vector<std::size_t> held;
    Recovery(fixture.service_context(), no_owner_is_dead).resolve([&](std::size_t, std::size_t) {
        held.push_back(leased(fixture));
        fixture.now += step;
    });
    EXPECT_EQ(held, (std::vector<std::size_t>{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
}

TEST(Recovery, StopsBetweenTwoTombstonesAndFreesTheRest) {
    ServiceFixture fixture;
    cut_off_creates(fixture, 5);
    std::stop_source stop;
    const auto report =
        Recovery(fixture.service_context(), no_owner_is_dead)
            .resolve([&](std::size_t, std::size_t) { stop.request_stop(); }, stop.get_token());
    EXPECT_EQ(report.removed_tombstones, 1U);
    EXPECT_EQ(report.left_tombstones, 4U);
    EXPECT_EQ(fixture.production->objects(), 4U);
    EXPECT_EQ(leased(fixture), 0U);
}

TEST(Recovery, StopsBetweenTwoLookupsAndDestroysNothing) {
    ServiceFixture fixture;
    cut_off_creates(fixture, 5);
    std::stop_source stop;
    fixture.production->in_next_lookup([&] { stop.request_stop(); });
    const auto report = Recovery(fixture.service_context(), no_owner_is_dead).resolve({}, stop.get_token());
    EXPECT_EQ(report.destroyed_objects, 0U);
    EXPECT_TRUE(report.failed_lookups.empty());
    EXPECT_EQ(fixture.production->objects(), 5U);
    EXPECT_EQ(leased(fixture), 0U);
}

TEST(Recovery, DoesNothingOnceItIsToStop) {
    ServiceFixture fixture;
    cut_off_creates(fixture, 1);
    std::stop_source stop;
    stop.request_stop();
    const auto report = Recovery(fixture.service_context(), no_owner_is_dead).resolve({}, stop.get_token());
    EXPECT_EQ(report.resolved_intents, 0U);
    EXPECT_EQ(fixture.catalogue->changes.intents().size(), 1U);
    EXPECT_EQ(fixture.production->objects(), 1U);
}

}  // namespace
}  // namespace keyward::service
