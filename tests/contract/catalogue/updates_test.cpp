#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::UnorderedElementsAreArray;

TEST_P(CatalogueContract, ABegunUpdateWritesItsIntentsAndLeavesTheKeyAsItWas) {
    const auto key = committed(new_project());
    const auto change = updating(key, {"staging"});
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(change.intents));
    EXPECT_EQ(found(key), key);
    EXPECT_EQ(audited().back(), "key.update");
}

TEST_P(CatalogueContract, AnUpdateOfAnotherRevisionIsAConflictAndNothingIsWritten) {
    const auto key = committed(new_project());
    const auto change = changed(key, {"staging"});
    EXPECT_EQ(catalogue_->keys.begin_update(key.id, 1, change.intents, audit("key.update")), Begin::conflict);
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
    EXPECT_EQ(audited().back(), "key.create.commit");
}

TEST_P(CatalogueContract, AnUpdateBesideAnotherIsAConflictEvenOfTheSameOwner) {
    const auto key = committed(new_project());
    const auto first = updating(key, {"staging"});
    for (const auto* owner : {"first", "second"}) {
        const auto second = changed(key, {"production"}, owner);
        EXPECT_EQ(catalogue_->keys.begin_update(key.id, 0, second.intents, audit("x")), Begin::conflict);
    }
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(first.intents));
    EXPECT_EQ(audited().back(), "key.update");
}

TEST_P(CatalogueContract, AnUpdateOfAKeyThatIsNotActiveIsAConflict) {
    const auto project = new_project();
    const auto creating = begun(project, "creating").key;
    EXPECT_EQ(catalogue_->keys.begin_update(creating.id, 0, {}, audit("x")), Begin::conflict);
    const auto key = committed(project);
    catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    EXPECT_EQ(catalogue_->keys.begin_update(key.id, found(key).revision, {}, audit("x")), Begin::conflict);
    EXPECT_EQ(audited().back(), "key.delete");
}

TEST_P(CatalogueContract, AnUpdateOfAKeyThatIsGoneSaysSo) {
    EXPECT_EQ(catalogue_->keys.begin_update("unknown", 0, {}, audit("x")), Begin::gone);
    EXPECT_THAT(audited(), IsEmpty());
}

TEST_P(CatalogueContract, ACommittedUpdateReplacesOnlyWhatChangedAndKeepsTheOrder) {
    const auto key = committed(new_project());
    auto change = updating(key, {"staging", "test"});
    change.key.description = "for other cards";
    change.key.mechanisms = {"ECDSA-SHA512"};
    const auto retired = catalogue_->keys.commit_update(
        change.key, {"staging", "test"}, resolution("first", at(9000)), audit("key.update.commit"));
    const Tombstone old{.object_id = key.deployments[0].object_id.value(),
                        .environment = "staging",
                        .owner = "first",
                        .lease_until = at(9000),
                        .deployed = true};
    EXPECT_THAT(retired, Optional(ElementsAre(old)));
    EXPECT_THAT(catalogue_->changes.tombstones(), ElementsAre(old));
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
    change.key.revision = 1;
    EXPECT_EQ(found(key), change.key);
    EXPECT_EQ(audited().back(), "key.update.commit");
}

TEST_P(CatalogueContract, AnUpdateLeavesEnvironmentsThatItDoesNotNameAsTheyStandInTheCatalogue) {
    const auto key = committed(new_project());
    auto change = updating(key, {"staging"});
    change.key.deployments[1].alias = "never written";
    ASSERT_TRUE(catalogue_->keys.commit_update(change.key, {"staging", "unknown"},
                                               resolution("first", at(9000)), audit("x")));
    EXPECT_EQ(found(key).deployments[1], key.deployments[1]);
}

TEST_P(CatalogueContract, AnUpdateWithoutObjectsNeedsNoBeginning) {
    auto key = committed(new_project());
    key.description = "another";
    EXPECT_THAT(
        catalogue_->keys.commit_update(key, {}, resolution("first", at(9000)), audit("key.update.commit")),
        Optional(IsEmpty()));
    key.revision = 1;
    EXPECT_EQ(found(key), key);
}

TEST_P(CatalogueContract, AnUpdateWithoutObjectsIsRefusedWhileAnotherIsUnderWayEvenOfTheSameOwner) {
    const auto key = committed(new_project());
    const auto other = updating(key, {"staging"});
    for (const auto* owner : {"first", "second"})
        EXPECT_EQ(catalogue_->keys.commit_update(key, {}, resolution(owner, at(9000)), audit("x")),
                  std::nullopt);
    EXPECT_EQ(found(key), key);
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(other.intents));
    EXPECT_EQ(audited().back(), "key.update");
}

TEST_P(CatalogueContract, AnUpdateIsCommittedOnce) {
    const auto key = committed(new_project());
    const auto change = updating(key, {"staging"});
    EXPECT_TRUE(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(9000)), audit("one")));
    EXPECT_FALSE(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(9000)), audit("two")));
    EXPECT_EQ(audited().back(), "one");
}

TEST_P(CatalogueContract, AnUpdateOfAnObjectThatWasNeverIntendedIsRefused) {
    const auto key = committed(new_project());
    auto change = updating(key, {"staging"});
    change.key.deployments[0].object_id = ObjectId::random();
    EXPECT_FALSE(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(9000)), audit("x")));
    EXPECT_EQ(found(key), key);
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(change.intents));
}

TEST_P(CatalogueContract, AnUpdateThatWasSettledCantBeCommittedAndTheOldKeyStands) {
    const auto key = committed(new_project());
    const auto change = updating(key, {"staging"});
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(5001), "second", at(9000), audit("recovery.settle")),
        1);
    EXPECT_FALSE(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(9000)), audit("x")));
    EXPECT_EQ(found(key), key);
    EXPECT_THAT(catalogue_->changes.tombstones(),
                ElementsAre(Tombstone{change.intents[0].object_id, "staging", "second", at(9000), at(9000)}));
}

TEST_P(CatalogueContract, IntentsThatAnUpdateDoesNotUseBecomeTombstonesThatAreKept) {
    const auto key = committed(new_project());
    const auto change = updating(key, {"staging", "production"});
    auto after = key;
    after.deployments[1] = change.key.deployments[1];
    ASSERT_TRUE(
        catalogue_->keys.commit_update(after, {"production"}, resolution("first", at(9000)), audit("x")));
    EXPECT_THAT(catalogue_->changes.tombstones(),
                testing::UnorderedElementsAre(
                    Tombstone{change.intents[0].object_id, "staging", "first", at(9000), at(9000)},
                    Tombstone{.object_id = key.deployments[1].object_id.value(),
                              .environment = "production",
                              .owner = "first",
                              .lease_until = at(9000),
                              .deployed = true}));
}

TEST_P(CatalogueContract, AFailedDeploymentIsReplacedWithoutATombstone) {
    auto work = begun(new_project());
    work.key.deployments[1].object_id.reset();
    work.key.deployments[1].state = DeploymentState::failed;
    catalogue_->keys.commit_create(work.key, resolution("first", at(9000), {work.intents[1].object_id}),
                                   audit("x"));
    const auto change = updating(found(work.key), {"production"});
    EXPECT_THAT(
        catalogue_->keys.commit_update(change.key, {"production"}, resolution("first", at(9000)), audit("x")),
        Optional(IsEmpty()));
    EXPECT_EQ(found(work.key).deployments, change.key.deployments);
}

TEST_P(CatalogueContract, AnEnvironmentThatIsBeingUndeployedMayBeDeployedAgain) {
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, "staging", "other", at(4000), audit("undeploy"));
    const auto change = updating(found(key), {"staging"});
    EXPECT_THAT(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(9000)), audit("x")),
        Optional(IsEmpty()));
    const auto old = key.deployments[0].object_id.value();
    EXPECT_THAT(catalogue_->changes.tombstones(), ElementsAre(Tombstone{.object_id = old,
                                                                        .environment = "staging",
                                                                        .owner = "other",
                                                                        .lease_until = at(4000),
                                                                        .deployed = true}));
    catalogue_->changes.remove_tombstone(old, audit("destroyed"));
    EXPECT_EQ(found(key).deployments, change.key.deployments);
}

TEST_P(CatalogueContract, AnAbandonedUpdateLeavesTheKeyAndTombstones) {
    const auto key = committed(new_project());
    const auto change = updating(key, {"staging", "production"});
    EXPECT_FALSE(catalogue_->keys.abandon_change(key.id, resolution("second", at(9000)), audit("x")));
    EXPECT_TRUE(catalogue_->keys.abandon_change(
        key.id, resolution("first", at(9000), {change.intents[1].object_id}), audit("key.update.abandon")));
    EXPECT_FALSE(catalogue_->keys.abandon_change(key.id, resolution("first", at(9000)), audit("x")));
    EXPECT_EQ(found(key), key);
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
    EXPECT_THAT(catalogue_->changes.tombstones(),
                ElementsAre(Tombstone{change.intents[0].object_id, "staging", "first", at(9000), at(9000)}));
    EXPECT_EQ(audited().back(), "key.update.abandon");
}

TEST_P(CatalogueContract, TheUsesOfAnObjectComeBackAsTheyWereMade) {
    const auto project = new_project();
    for (const auto& uses :
         {KeyUsages{}, KeyUsages{KeyUsage::encrypt_decrypt}, KeyUsages{KeyUsage::sign_verify},
          KeyUsages{KeyUsage::encrypt_decrypt, KeyUsage::sign_verify}}) {
        auto key = new_key(project, random_uuid());
        key.deployments[0].uses = uses;
        catalogue_->keys.begin_create(key, intents_of(key, "first"), audit("key.create"));
        catalogue_->keys.commit_create(key, resolution("first", at(9000)), audit("key.create.commit"));
        EXPECT_EQ(found(key).deployments[0].uses, uses);
    }
}

TEST_P(CatalogueContract, UsesThatWereNeverWrittenFollowTheMechanismsUntilTheyChange) {
    auto key = committed(new_project());
    database_->query("update keys set algorithm = 'RSA', mechanisms = 'SHA256-RSA-PKCS RSA-PKCS-OAEP'");
    database_->query("update deployments set uses = ''");
    key = found(key);
    const KeyUsages both{KeyUsage::encrypt_decrypt, KeyUsage::sign_verify};
    EXPECT_EQ(key.deployments[0].uses, both);
    EXPECT_EQ(catalogue_->keys.recorded_objects("staging", {}, 10).at(0).deployment.uses, both);
    key.mechanisms = {"SHA256-RSA-PKCS"};
    ASSERT_TRUE(catalogue_->keys.commit_update(key, {}, resolution("first", at(9000)), audit("x")));
    EXPECT_EQ(found(key).mechanisms, key.mechanisms);
    EXPECT_EQ(found(key).deployments[0].uses, both);
    EXPECT_EQ(found(key).deployments[1].uses, both);
}

TEST_P(CatalogueContract, TheObjectsOfAKeyAreThoseOfItsDeploymentsOnceItIsActive) {
    const auto project = new_project();
    EXPECT_THAT(catalogue_->keys.objects_of(begun(project, "creating").key.id), IsEmpty());
    const auto key = committed(project);
    EXPECT_THAT(catalogue_->keys.objects_of(key.id),
                testing::UnorderedElementsAre(key.deployments[0].object_id.value(),
                                              key.deployments[1].object_id.value()));
    catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    EXPECT_THAT(catalogue_->keys.objects_of(key.id), IsEmpty());
}

TEST_P(CatalogueContract, AChangeEndsOnlyItsOwnIntentsAndNotThoseOfAnotherOfTheSameOwner) {
    const auto key = committed(new_project());
    const auto theirs = updating(key, {"staging"});
    auto ours = resolution("first", at(9000));
    ours.intents = {ObjectId::random()};
    EXPECT_FALSE(catalogue_->keys.abandon_change(key.id, ours, audit("x")));
    EXPECT_FALSE(catalogue_->keys.commit_update(theirs.key, {"staging"}, ours, audit("x")));
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(theirs.intents));
    EXPECT_THAT(catalogue_->changes.tombstones(), IsEmpty());
    ours.intents = {theirs.intents.at(0).object_id};
    EXPECT_TRUE(catalogue_->keys.commit_update(theirs.key, {"staging"}, ours, audit("x")));
}

}  // namespace
}  // namespace keyward::storage
