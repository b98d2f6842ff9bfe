#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

TEST_P(CatalogueContract, ABegunKeyIsThereWithoutDeployments) {
    const auto project = new_project();
    auto expected = begun(project).key;
    expected.deployments.clear();
    EXPECT_EQ(catalogue_->keys.find_key(project, "card-key"), expected);
    EXPECT_EQ(state_of(expected), KeyState::creating);
}

TEST_P(CatalogueContract, BeginningWritesTheIntents) {
    const auto work = begun(new_project());
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(work.intents));
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create"));
}

TEST_P(CatalogueContract, ATakenNameIsRefusedAndNothingIsWritten) {
    const auto project = new_project();
    const auto first = begun(project);
    const auto second = new_key(project);
    EXPECT_FALSE(
        catalogue_->keys.begin_create(second, intents_of(second, "second"), audit("key.create.again")));
    EXPECT_EQ(catalogue_->keys.find_key(project, "card-key").value().id, first.key.id);
    EXPECT_EQ(state_of(second), std::nullopt);
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(first.intents));
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create"));
}

TEST_P(CatalogueContract, TheSameNameIsFreeInAnotherProject) {
    const auto first = begun(new_project("one"));
    const auto second = begun(new_project("two"));
    EXPECT_EQ(catalogue_->keys.find_key(first.key.project_id, "card-key").value().id, first.key.id);
    EXPECT_EQ(catalogue_->keys.find_key(second.key.project_id, "card-key").value().id, second.key.id);
}

TEST_P(CatalogueContract, AKeyNeedsAProject) {
    const auto key = new_key("no project");
    EXPECT_THROW(catalogue_->keys.begin_create(key, intents_of(key, "first"), audit("key.create")),
                 CatalogueError);
    EXPECT_THAT(audited(), IsEmpty());
}

TEST_P(CatalogueContract, AKeyWhoseIntentsCantBeWrittenIsNotWrittenEither) {
    const auto project = new_project();
    const auto first = begun(project);
    const auto second = new_key(project, "other");
    auto intents = intents_of(second, "first");
    intents[1].object_id = first.intents[0].object_id;
    EXPECT_THROW(catalogue_->keys.begin_create(second, intents, audit("key.create.other")), CatalogueError);
    EXPECT_EQ(catalogue_->keys.find_key(project, "other"), std::nullopt);
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(first.intents));
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create"));
}

TEST_P(CatalogueContract, ACommittedKeyHasEverythingInTheOrderOfTheRequest) {
    const auto project = new_project();
    auto work = begun(project);
    work.key.updated_at = at(2000);
    EXPECT_TRUE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
    work.key.state = KeyState::active;
    EXPECT_EQ(catalogue_->keys.find_key(project, "card-key"), work.key);
    EXPECT_EQ(state_of(work.key), KeyState::active);
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
    EXPECT_THAT(catalogue_->changes.tombstones(), IsEmpty());
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create", "key.create.commit"));
}

TEST_P(CatalogueContract, TheObjectOfAFailedDeploymentBecomesATombstone) {
    auto work = begun(new_project());
    work.key.deployments[1].object_id.reset();
    work.key.deployments[1].state = DeploymentState::failed;
    work.key.deployments[1].failure = "the token is full";
    EXPECT_TRUE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
    EXPECT_THAT(catalogue_->changes.tombstones(),
                ElementsAre(Tombstone{work.intents[1].object_id, "production", "first", at(9000), at(9000)}));
    const auto found = catalogue_->keys.find_key(work.key.project_id, "card-key").value();
    EXPECT_EQ(found.deployments, work.key.deployments);
}

TEST_P(CatalogueContract, AnObjectKnownToBeGoneNeedsNoTombstone) {
    auto work = begun(new_project());
    work.key.deployments[1].object_id.reset();
    EXPECT_TRUE(catalogue_->keys.commit_create(
        work.key, resolution("first", at(9000), {work.intents[1].object_id}), audit("key.create.commit")));
    EXPECT_THAT(catalogue_->changes.tombstones(), IsEmpty());
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
}

TEST_P(CatalogueContract, AnotherOwnerCantCommit) {
    const auto work = begun(new_project());
    EXPECT_FALSE(
        catalogue_->keys.commit_create(work.key, resolution("second", at(9000)), audit("key.create.commit")));
    EXPECT_EQ(state_of(work.key), KeyState::creating);
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(work.intents));
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create"));
}

TEST_P(CatalogueContract, OneForeignIntentIsEnoughToRefuseTheCommit) {
    const auto key = new_key(new_project());
    auto intents = intents_of(key, "first");
    intents[1].owner = "second";
    EXPECT_TRUE(catalogue_->keys.begin_create(key, intents, audit("key.create")));
    EXPECT_FALSE(
        catalogue_->keys.commit_create(key, resolution("first", at(9000)), audit("key.create.commit")));
    EXPECT_FALSE(
        catalogue_->keys.abandon_change(key.id, resolution("first", at(9000)), audit("key.create.abandon")));
    EXPECT_THAT(catalogue_->keys.find_key(key.project_id, key.name).value().deployments, IsEmpty());
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(intents));
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create"));
}

TEST_P(CatalogueContract, ACommitAfterTheIntentsWereSettledIsRefused) {
    const auto work = begun(new_project());
    EXPECT_EQ(
        catalogue_->changes.resolve_expired_intents(at(5001), "second", at(9000), audit("recovery.settle")),
        2);
    EXPECT_FALSE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
    EXPECT_EQ(state_of(work.key), std::nullopt);
    EXPECT_EQ(catalogue_->changes.tombstones().size(), 2);
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create", "recovery.settle"));
}

TEST_P(CatalogueContract, ACommitAfterTheLeaseRanOutIsGoodWhileNothingWasResolved) {
    const auto work = begun(new_project(), "card-key", "first", at(0));
    EXPECT_TRUE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
}

TEST_P(CatalogueContract, ACommitOfAnObjectThatWasNeverIntendedIsRefused) {
    auto work = begun(new_project());
    work.key.deployments[0].object_id = ObjectId::random();
    EXPECT_FALSE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(work.intents));
}

TEST_P(CatalogueContract, AKeyIsCommittedOnce) {
    const auto work = begun(new_project());
    EXPECT_TRUE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
    EXPECT_FALSE(
        catalogue_->keys.commit_create(work.key, resolution("first", at(9000)), audit("key.create.commit")));
    EXPECT_FALSE(catalogue_->keys.abandon_change(work.key.id, resolution("first", at(9000)),
                                                 audit("key.create.abandon")));
    EXPECT_EQ(catalogue_->keys.find_key(work.key.project_id, "card-key").value().deployments.size(), 2);
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create", "key.create.commit"));
}

TEST_P(CatalogueContract, AnUnknownKeyIsNotCommitted) {
    const auto key = new_key(new_project());
    EXPECT_FALSE(
        catalogue_->keys.commit_create(key, resolution("first", at(9000)), audit("key.create.commit")));
    EXPECT_EQ(catalogue_->keys.find_key(key.project_id, key.name), std::nullopt);
}

TEST_P(CatalogueContract, AnAbandonedKeyLeavesTombstonesAndAFreeName) {
    const auto work = begun(new_project());
    EXPECT_TRUE(catalogue_->keys.abandon_change(work.key.id, resolution("first", at(9000)),
                                                audit("key.create.abandon")));
    EXPECT_EQ(catalogue_->keys.find_key(work.key.project_id, "card-key"), std::nullopt);
    EXPECT_THAT(catalogue_->changes.intents(), IsEmpty());
    EXPECT_THAT(catalogue_->changes.tombstones(),
                UnorderedElementsAre(
                    Tombstone{work.intents[0].object_id, "staging", "first", at(9000), at(9000)},
                    Tombstone{work.intents[1].object_id, "production", "first", at(9000), at(9000)}));
    begun(work.key.project_id);
}

TEST_P(CatalogueContract, AnAbandonedKeyThatLeftNothingNeedsNoTombstones) {
    const auto work = begun(new_project());
    EXPECT_TRUE(catalogue_->keys.abandon_change(
        work.key.id, resolution("first", at(9000), {work.intents[0].object_id, work.intents[1].object_id}),
        audit("key.create.abandon")));
    EXPECT_THAT(catalogue_->changes.tombstones(), IsEmpty());
}

TEST_P(CatalogueContract, AnotherOwnerCantAbandon) {
    const auto work = begun(new_project());
    EXPECT_FALSE(catalogue_->keys.abandon_change(work.key.id, resolution("second", at(9000)),
                                                 audit("key.create.abandon")));
    EXPECT_THAT(catalogue_->changes.intents(), UnorderedElementsAreArray(work.intents));
    EXPECT_EQ(state_of(work.key), KeyState::creating);
}

TEST_P(CatalogueContract, AnUnknownKeyIsNotAbandonedAndHasNoObjects) {
    EXPECT_FALSE(catalogue_->keys.abandon_change("unknown", resolution("first", at(9000)),
                                                 audit("key.create.abandon")));
    EXPECT_THAT(catalogue_->keys.objects_of("unknown"), IsEmpty());
}

TEST_P(CatalogueContract, EveryTypeAlgorithmAndStateComesBackAsItWas) {
    using keys::Algorithm;
    using keys::KeyType;
    const auto project = new_project();
    for (const auto type : {KeyType::secret, KeyType::private_key, KeyType::public_key, KeyType::rsa}) {
        for (const auto algorithm : {Algorithm::aes, Algorithm::des, Algorithm::desede, Algorithm::hmac,
                                     Algorithm::rsa, Algorithm::ec, Algorithm::ed25519}) {
            auto key = new_key(project, random_uuid());
            key.type = type;
            key.algorithm = algorithm;
            key.mechanisms = {};
            key.deployments[0].state = DeploymentState::failed;
            key.deployments[1].state = DeploymentState::deleting;
            EXPECT_TRUE(catalogue_->keys.begin_create(key, intents_of(key, "first"), audit("key.create")));
            EXPECT_TRUE(catalogue_->keys.commit_create(key, resolution("first", at(9000)),
                                                       audit("key.create.commit")));
            key.state = KeyState::active;
            EXPECT_EQ(catalogue_->keys.find_key(project, key.name), key);
        }
    }
}

}  // namespace
}  // namespace keyward::storage
