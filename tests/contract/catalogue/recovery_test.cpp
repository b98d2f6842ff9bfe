#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

std::vector<ObjectId> ids(const std::vector<Tombstone>& tombstones) {
    std::vector<ObjectId> result;
    for (const auto& tombstone : tombstones)
        result.push_back(tombstone.object_id);
    return result;
}

TEST_P(CatalogueContract, ExpiredIntentsOfAnUnfinishedKeyBecomeTombstonesAndTheNameIsFree) {
    const auto work = begun(new_project());
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(5001), "second", at(9000), audit("recovery.settle")),
        2);
    EXPECT_EQ(catalogue_->keys.find_key(work.key.project_id, "card-key"), std::nullopt);
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
    EXPECT_THAT(catalogue_->changes.tombstones(),
                UnorderedElementsAre(
                    Tombstone{work.intents[0].object_id, "staging", "second", at(9000), at(9000)},
                    Tombstone{work.intents[1].object_id, "production", "second", at(9000), at(9000)}));
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create", "recovery.settle"));
}

TEST_P(CatalogueContract, LeasedIntentsAreLeftAlone) {
    const auto work = begun(new_project());
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(4999), "second", at(9000), audit("recovery.settle")),
        0);
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(work.intents));
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create"));
}

TEST_P(CatalogueContract, ALeaseEndsAtItsMoment) {
    begun(new_project());
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(5000), "second", at(9000), audit("recovery.settle")),
        2);
}

TEST_P(CatalogueContract, AKeyWithOneLiveLeaseIsLeftAloneWhole) {
    const auto work = begun(new_project());
    catalogue_->leases.renew_leases({work.intents[1].object_id}, "first", at(20000));
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(6000), "second", at(9000), audit("recovery.settle")),
        0);
    EXPECT_TRUE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
}

TEST_P(CatalogueContract, OnlyTheExpiredOfSeveralKeysAreSettled) {
    const auto project = new_project();
    begun(project, "old", "first", at(100));
    const auto live = begun(project, "live", "first", at(9000));
    begun(project, "older", "third", at(50));
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(200), "second", at(9000), audit("recovery.settle")),
        4);
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(live.intents));
    EXPECT_EQ(catalogue_->changes.tombstones().size(), 4);
    EXPECT_EQ(state_of(live.key), KeyState::creating);
}

TEST_P(CatalogueContract, NothingToSettleIsNotAudited) {
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(200), "second", at(9000), audit("recovery.settle")),
        0);
    EXPECT_THAT(audited(), IsEmpty());
}

TEST_P(CatalogueContract, TombstonesWhoseLeaseRanOutAreClaimed) {
    const auto gone = new_tombstones("first", at(5000));
    const auto claimed = claim_all(*catalogue_, at(5000), "second", at(9000));
    EXPECT_THAT(ids(claimed), UnorderedElementsAreArray(gone));
    for (const auto& tombstone : claimed) {
        EXPECT_EQ(tombstone.owner, "second");
        EXPECT_EQ(tombstone.lease_until, at(9000));
    }
    EXPECT_EQ(catalogue_->changes.tombstones(), claimed);
}

TEST_P(CatalogueContract, LeasedTombstonesOfOthersAreNotClaimed) {
    new_tombstones("first", at(5000));
    EXPECT_THAT(claim_all(*catalogue_, at(4999), "second", at(9000)), IsEmpty());
    EXPECT_EQ(catalogue_->changes.tombstones().at(0).owner, "first");
}

TEST_P(CatalogueContract, OnesOwnTombstonesAreClaimedWhileLeased) {
    const auto gone = new_tombstones("first", at(5000));
    EXPECT_THAT(ids(claim_all(*catalogue_, at(1), "first", at(9000))), UnorderedElementsAreArray(gone));
    EXPECT_EQ(catalogue_->changes.tombstones().at(0).lease_until, at(9000));
}

TEST_P(CatalogueContract, ClaimedTombstonesBelongToOneOwner) {
    new_tombstones("first", at(5000));
    EXPECT_EQ(claim_all(*catalogue_, at(6000), "second", at(9000)).size(), 2);
    EXPECT_THAT(claim_all(*catalogue_, at(6000), "third", at(9000)), IsEmpty());
    EXPECT_THAT(claim_all(*catalogue_, at(6000), "first", at(9000)), IsEmpty());
}

TEST_P(CatalogueContract, AClaimIsOfOneEnvironment) {
    new_tombstones("first", at(5000));
    const auto claimed = catalogue_->changes.claim_tombstones({"staging", "second", at(5000), at(9000)});
    ASSERT_EQ(claimed.size(), 1);
    EXPECT_EQ(claimed[0].environment, "staging");
    EXPECT_THAT(catalogue_->changes.waiting_tombstones(at(5000), "third"),
                ElementsAre(Pair("production", 1)));
}

TEST_P(CatalogueContract, AClaimTakesABatchAndTheNextOneWhatFollows) {
    for (int i = 0; i < 33; ++i)
        new_tombstones("first", at(100));
    TombstoneClaim claim{"production", "second", at(200), at(9000)};
    const auto batch = catalogue_->changes.claim_tombstones(claim);
    EXPECT_EQ(batch.size(), recovery_batch);
    EXPECT_THAT(catalogue_->changes.waiting_tombstones(at(200), "third"),
                ElementsAre(Pair("production", 1), Pair("staging", 33)));
    claim.after = batch.back().object_id;
    const auto rest = catalogue_->changes.claim_tombstones(claim);
    ASSERT_EQ(rest.size(), 1);
    EXPECT_GT(rest[0].object_id, batch.back().object_id);
    claim.after = rest[0].object_id;
    EXPECT_THAT(catalogue_->changes.claim_tombstones(claim), IsEmpty());
}

TEST_P(CatalogueContract, WaitingTombstonesAreThoseThatCanBeClaimed) {
    new_tombstones("first", at(5000));
    EXPECT_THAT(catalogue_->changes.waiting_tombstones(at(4999), "second"), IsEmpty());
    EXPECT_THAT(catalogue_->changes.waiting_tombstones(at(4999), "first"),
                ElementsAre(Pair("production", 1), Pair("staging", 1)));
    EXPECT_THAT(catalogue_->changes.waiting_tombstones(at(5000), "second"),
                ElementsAre(Pair("production", 1), Pair("staging", 1)));
}

TEST_P(CatalogueContract, InterruptedChangesAreSettledABatchAtATime) {
    const auto project = new_project();
    for (int i = 0; i < 33; ++i)
        begun(project, std::to_string(i), "first", at(100));
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(200), "second", at(9000), audit("recovery.settle")),
        64);
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(200), "second", at(9000), audit("recovery.settle")),
        2);
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(200), "second", at(9000), audit("recovery.settle")),
        0);
}

TEST_P(CatalogueContract, ARemovedTombstoneIsGoneAndAudited) {
    const auto gone = new_tombstones("first", at(5000));
    catalogue_->changes.remove_tombstone(gone[0], audit("recovery.destroy"));
    EXPECT_THAT(ids(catalogue_->changes.tombstones()), ElementsAre(gone[1]));
    EXPECT_EQ(audited().back(), "recovery.destroy");
}

TEST_P(CatalogueContract, RemovingAnUnknownTombstoneWritesNothing) {
    catalogue_->changes.remove_tombstone(ObjectId::random(), audit("recovery.destroy"));
    EXPECT_THAT(audited(), IsEmpty());
}

TEST_P(CatalogueContract, LeasesAreRenewedOnIntentsAndTombstones) {
    const auto gone = new_tombstones("first", at(5000));
    const auto work = begun(new_project());
    catalogue_->leases.renew_leases({gone[0], work.intents[0].object_id, ObjectId::random()}, "first",
                                    at(7000));
    for (const auto& intent : catalogue_->changes.intents())
        EXPECT_EQ(intent.lease_until, intent.object_id == work.intents[0].object_id ? at(7000) : at(5000));
    for (const auto& tombstone : catalogue_->changes.tombstones())
        EXPECT_EQ(tombstone.lease_until, tombstone.object_id == gone[0] ? at(7000) : at(5000));
}

TEST_P(CatalogueContract, LeasesOfOthersAreNotRenewed) {
    const auto gone = new_tombstones("first", at(5000));
    const auto work = begun(new_project());
    catalogue_->leases.renew_leases({gone[0], work.intents[0].object_id}, "second", at(7000));
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(work.intents));
    EXPECT_EQ(catalogue_->changes.tombstones().at(0).lease_until, at(5000));
    EXPECT_EQ(catalogue_->changes.tombstones().at(1).lease_until, at(5000));
}

TEST_P(CatalogueContract, OwnersOfLeasesAreThoseOfIntentsAndTombstones) {
    EXPECT_THAT(catalogue_->leases.lease_owners(), IsEmpty());
    new_tombstones("first", at(5000));
    begun(new_project(), "card-key", "second");
    EXPECT_THAT(catalogue_->leases.lease_owners(), ElementsAre("first", "second"));
}

TEST_P(CatalogueContract, TheLeasesOfADeadOwnerEndAndTheOthersStay) {
    new_tombstones("dead", at(5000));
    const auto project = new_project();
    begun(project, "left behind", "dead");
    const auto live = begun(project, "at work", "alive");
    catalogue_->leases.expire_leases("dead");
    EXPECT_THAT(catalogue_->leases.lease_owners(), ElementsAre("alive"));
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(1), "second", at(9000), audit("recovery.settle")), 2);
    EXPECT_EQ(claim_all(*catalogue_, at(1), "second", at(9000)).size(), 4);
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(live.intents));
}

}  // namespace
}  // namespace keyward::storage
