#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Tombstone doomed(const Deployment& deployment, const std::string& owner = "first") {
    return {.object_id = deployment.object_id.value(),
            .environment = deployment.environment,
            .owner = owner,
            .lease_until = at(5000),
            .deployed = true};
}

TEST_P(CatalogueContract, ARemovalMarksTheKeyAndReturnsTheTombstonesOfItsObjects) {
    const auto key = committed(new_project());
    const auto removal =
        catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    EXPECT_EQ(removal.begin, Begin::begun);
    EXPECT_THAT(removal.tombstones, ElementsAre(doomed(key.deployments[0]), doomed(key.deployments[1])));
    EXPECT_THAT(catalogue_->changes.tombstones(), testing::UnorderedElementsAreArray(removal.tombstones));
    EXPECT_EQ(found(key).state, KeyState::deleting);
    for (const auto& deployment : found(key).deployments)
        EXPECT_EQ(deployment.state, DeploymentState::deleting);
    EXPECT_EQ(audited().back(), "key.delete");
}

TEST_P(CatalogueContract, ARemovalFromOneEnvironmentLeavesTheOthersAndTheKeyActive) {
    const auto key = committed(new_project());
    const auto removal =
        catalogue_->keys.begin_deletion(key.id, 0, "production", "first", at(5000), audit("undeploy"));
    EXPECT_THAT(removal.tombstones, ElementsAre(doomed(key.deployments[1])));
    auto expected = key;
    expected.deployments[1].state = DeploymentState::deleting;
    expected.revision = 1;
    EXPECT_EQ(found(key), expected);
}

TEST_P(CatalogueContract, ARepeatedRemovalReturnsTheSameTombstonesAndWritesNothing) {
    const auto key = committed(new_project());
    const auto first =
        catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    for (const std::int64_t revision : {0, 1, 2}) {
        const auto again = catalogue_->keys.begin_deletion(key.id, revision, std::nullopt, "second", at(9999),
                                                           audit("again"));
        EXPECT_EQ(again.begin, Begin::begun);
        EXPECT_EQ(again.tombstones, first.tombstones);
    }
    const auto one =
        catalogue_->keys.begin_deletion(key.id, 0, "staging", "second", at(9999), audit("again"));
    EXPECT_THAT(one.tombstones, ElementsAre(first.tombstones[0]));
    EXPECT_EQ(audited().back(), "key.delete");
}

TEST_P(CatalogueContract, ARemovalOfAKeyPartlyUndeployedReturnsAllThatIsToBeDestroyed) {
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, "staging", "first", at(5000), audit("undeploy"));
    const auto removal =
        catalogue_->keys.begin_deletion(key.id, 1, std::nullopt, "second", at(5000), audit("key.delete"));
    EXPECT_THAT(removal.tombstones,
                ElementsAre(doomed(key.deployments[0]), doomed(key.deployments[1], "second")));
}

TEST_P(CatalogueContract, ARemovalOfAnotherRevisionIsAConflict) {
    const auto key = committed(new_project());
    for (const auto& environment : {std::optional<std::string>(), std::optional<std::string>("staging")})
        EXPECT_EQ(
            catalogue_->keys.begin_deletion(key.id, 7, environment, "first", at(5000), audit("x")).begin,
            Begin::conflict);
    EXPECT_EQ(found(key), key);
    EXPECT_THAT(catalogue_->changes.tombstones(), IsEmpty());
}

TEST_P(CatalogueContract, ARemovalBesideAnyChangeIsAConflict) {
    const auto project = new_project();
    const auto creating = begun(project, "creating").key;
    EXPECT_EQ(
        catalogue_->keys.begin_deletion(creating.id, 0, std::nullopt, "first", at(5000), audit("x")).begin,
        Begin::conflict);
    const auto key = committed(project);
    updating(key, {"staging"});
    EXPECT_EQ(catalogue_->keys.begin_deletion(key.id, 0, "production", "first", at(5000), audit("x")).begin,
              Begin::conflict);
    EXPECT_EQ(audited().back(), "key.update");
}

TEST_P(CatalogueContract, ARemovalFromWhereTheKeyIsNotDeployedIsAConflict) {
    const auto key = committed(new_project());
    EXPECT_EQ(catalogue_->keys.begin_deletion(key.id, 0, "test", "first", at(5000), audit("x")).begin,
              Begin::conflict);
}

TEST_P(CatalogueContract, ARemovalOfAKeyThatIsGoneSaysSo) {
    EXPECT_EQ(
        catalogue_->keys.begin_deletion("unknown", 0, std::nullopt, "first", at(5000), audit("x")).begin,
        Begin::gone);
    EXPECT_THAT(audited(), IsEmpty());
}

TEST_P(CatalogueContract, DeploymentsWithoutAnObjectGoAtOnceAndWithThemAKeyThatIsBeingDeleted) {
    auto work = begun(new_project());
    for (auto& deployment : work.key.deployments) {
        deployment.object_id.reset();
        deployment.state = DeploymentState::failed;
    }
    catalogue_->keys.commit_create(work.key, resolution("first", at(1)), audit("x"));
    const auto one =
        catalogue_->keys.begin_deletion(work.key.id, 0, "staging", "first", at(5000), audit("undeploy"));
    EXPECT_EQ(one.begin, Begin::begun);
    EXPECT_THAT(one.tombstones, IsEmpty());
    EXPECT_EQ(found(work.key).deployments.size(), 1);
    EXPECT_EQ(
        catalogue_->keys.begin_deletion(work.key.id, 1, std::nullopt, "first", at(5000), audit("key.delete"))
            .begin,
        Begin::begun);
    EXPECT_EQ(state_of(work.key), std::nullopt);
    EXPECT_EQ(audited().back(), "key.delete");
}

TEST_P(CatalogueContract, AnObjectIsCondemnedByItsIntentAndInUseFromItsDeploymentOn) {
    const auto work = begun(new_project());
    const ObjectId object = work.intents[0].object_id;
    EXPECT_EQ(catalogue_->changes.fate_of(object), ObjectFate::condemned);
    catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit"));
    EXPECT_EQ(catalogue_->changes.fate_of(object), ObjectFate::in_use);
    EXPECT_EQ(catalogue_->changes.fate_of(ObjectId::random()), ObjectFate::unknown);
}

TEST_P(CatalogueContract, AnObjectIsInUseInEveryStateOfItsDeploymentButDeleting) {
    const auto key = committed(new_project());
    const ObjectId object = key.deployments[0].object_id.value();
    catalogue_->deployments.mark_missing(object, "it is not in its token", audit("drift"));
    EXPECT_EQ(catalogue_->changes.fate_of(object), ObjectFate::in_use);
    catalogue_->keys.begin_deletion(key.id, 1, std::nullopt, "first", at(5000), audit("key.delete"));
    EXPECT_EQ(catalogue_->changes.fate_of(object), ObjectFate::condemned);
    catalogue_->changes.remove_tombstone(object, audit("destroyed"));
    EXPECT_EQ(catalogue_->changes.fate_of(object), ObjectFate::unknown);
}

TEST_P(CatalogueContract, AnObjectThatHasATombstoneAndADeploymentIsInUse) {
    const auto key = committed(new_project());
    const ObjectId object = key.deployments[0].object_id.value();
    catalogue_->keys.begin_deletion(key.id, 0, "staging", "first", at(5000), audit("undeploy"));
    database_->query("update deployments set state = 'deployed'");
    EXPECT_EQ(catalogue_->changes.fate_of(object), ObjectFate::in_use);
}

TEST_P(CatalogueContract, AnObjectInATokenThatWasReplacedIsCondemnedThereAndNotHere) {
    catalogue_->token_pins.pin_token("staging", "old", audit("token.bind"));
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, "staging", "first", at(5000), audit("undeploy"));
    catalogue_->token_pins.repin_token("staging", "new", audit("token.rebind"));
    EXPECT_EQ(catalogue_->changes.fate_of(key.deployments[0].object_id.value()),
              ObjectFate::in_another_token);
}

TEST_P(CatalogueContract, AnObjectThatNothingNamesCanBeCondemned) {
    const Tombstone tombstone{.object_id = ObjectId::random(),
                              .environment = "staging",
                              .owner = "first",
                              .lease_until = at(5000),
                              .deployed = true};
    EXPECT_TRUE(catalogue_->changes.condemn(tombstone, audit("condemned")));
    EXPECT_THAT(catalogue_->changes.tombstones(), ElementsAre(tombstone));
    EXPECT_EQ(audited().back(), "condemned");
}

TEST_P(CatalogueContract, AnObjectThatIsInUseCanNotBeCondemned) {
    const auto key = committed(new_project());
    EXPECT_FALSE(catalogue_->changes.condemn(doomed(key.deployments[0]), audit("condemned")));
    EXPECT_THAT(catalogue_->changes.tombstones(), IsEmpty());
}

TEST_P(CatalogueContract, AnAbsentObjectIsNotClaimedBeforeItIsDue) {
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, "staging", "first", at(5000), audit("undeploy"));
    const ObjectId object = key.deployments[0].object_id.value();
    catalogue_->changes.note_lookup(object, false, 2, at(20'000));
    EXPECT_THAT(claim_all(*catalogue_, at(19'999), "first", at(30'000)), IsEmpty());
    const auto claimed = claim_all(*catalogue_, at(20'000), "first", at(30'000));
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].absent_looks, 2);
    EXPECT_EQ(claimed[0].look_after, at(20'000));
}

TEST_P(CatalogueContract, ADestructionCountsAsBegunFromTheTransactionThatCondemnsTheObject) {
    const auto key = committed(new_project());
    const ObjectId object = key.deployments[0].object_id.value();
    const auto first =
        catalogue_->keys.begin_deletion(key.id, 0, "staging", "first", at(5000), audit("undeploy"));
    EXPECT_TRUE(first.tombstones.at(0).attempted);
    EXPECT_TRUE(first.tombstones[0].fresh);
    const auto again =
        catalogue_->keys.begin_deletion(key.id, 1, "staging", "first", at(5000), audit("undeploy"));
    EXPECT_TRUE(again.tombstones.at(0).attempted);
    EXPECT_FALSE(again.tombstones[0].fresh);
    catalogue_->changes.note_lookup(object, false, 0, {});
    EXPECT_FALSE(catalogue_->changes.tombstones().at(0).attempted);
    catalogue_->changes.begin_destruction(object);
    EXPECT_TRUE(catalogue_->changes.tombstones().at(0).attempted);
}

TEST_P(CatalogueContract, AnObjectThatIsGivenUpTakesItsDeploymentAndTheLastOneTheKey) {
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    EXPECT_TRUE(
        catalogue_->changes.give_up_tombstone(key.deployments[0].object_id.value(), audit("given up")));
    ASSERT_EQ(found(key).deployments.size(), 1U);
    EXPECT_TRUE(
        catalogue_->changes.give_up_tombstone(key.deployments[1].object_id.value(), audit("given up")));
    EXPECT_EQ(state_of(key), std::nullopt);
    EXPECT_EQ(audited().back(), "given up");
}

TEST_P(CatalogueContract, WhatHasNoTombstoneCanNotBeGivenUp) {
    const auto key = committed(new_project());
    EXPECT_FALSE(
        catalogue_->changes.give_up_tombstone(key.deployments[0].object_id.value(), audit("given up")));
    EXPECT_EQ(found(key), key);
}

TEST_P(CatalogueContract, AMissingObjectIsRemovedLikeADeployedOneButIsKnownNotToBeThere) {
    const auto key = committed(new_project());
    catalogue_->deployments.mark_missing(key.deployments[0].object_id.value(), "it is not in its token",
                                         audit("drift"));
    Tombstone expected = doomed(key.deployments[0]);
    expected.deployed = false;
    EXPECT_EQ(catalogue_->keys.begin_deletion(key.id, 1, "staging", "first", at(5000), audit("x")).tombstones,
              std::vector{expected});
}

TEST_P(CatalogueContract, ADestroyedObjectTakesItsDeploymentAndTheLastOneTheKey) {
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    catalogue_->changes.remove_tombstone(key.deployments[0].object_id.value(), audit("destroyed"));
    ASSERT_EQ(found(key).deployments.size(), 1);
    EXPECT_EQ(found(key).deployments[0].environment, "production");
    catalogue_->changes.remove_tombstone(key.deployments[1].object_id.value(), audit("destroyed"));
    EXPECT_EQ(state_of(key), std::nullopt);
    EXPECT_THAT(catalogue_->changes.tombstones(), IsEmpty());
    committed(key.project_id);
}

TEST_P(CatalogueContract, AnActiveKeyStaysWhenItsLastDeploymentGoes) {
    const auto key = committed(new_project());
    for (const std::size_t i : {0U, 1U}) {
        const auto& deployment = key.deployments[i];
        catalogue_->keys.begin_deletion(key.id, found(key).revision, deployment.environment, "first",
                                        at(5000), audit("undeploy"));
        catalogue_->changes.remove_tombstone(deployment.object_id.value(), audit("destroyed"));
    }
    EXPECT_EQ(state_of(key), KeyState::active);
    EXPECT_THAT(found(key).deployments, IsEmpty());
    const auto change = updating(found(key), {"staging"});
    EXPECT_TRUE(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(1)), audit("x")));
    EXPECT_EQ(found(key).deployments, change.key.deployments);
}

TEST_P(CatalogueContract, AProjectWithAKeyThatIsBeingDeletedIsNotDeleted) {
    const auto key = committed(new_project());
    catalogue_->keys.begin_deletion(key.id, 0, std::nullopt, "first", at(5000), audit("key.delete"));
    EXPECT_FALSE(catalogue_->projects.delete_project("payments", audit("x")));
}

}  // namespace
}  // namespace keyward::storage
