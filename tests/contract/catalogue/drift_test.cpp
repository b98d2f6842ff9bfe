#include "tests/contract/catalogue/support/fixture.hpp"

namespace keyward::storage {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

Key unknown_key(Key like, const std::string& environment) {
    like.id = random_uuid();
    like.deployments.resize(1);
    like.deployments[0].environment = environment;
    like.deployments[0].object_id = ObjectId::random();
    return like;
}

TEST_P(CatalogueContract, TheObjectsOfAnEnvironmentAreThoseOfEveryDeploymentThatNamesOne) {
    const auto key = committed(new_project());
    begun(key.project_id, "creating");
    catalogue_->keys.begin_deletion(key.id, 0, "staging", "first", at(5000), audit("undeploy"));
    const auto objects = catalogue_->keys.recorded_objects("staging", {}, 10);
    ASSERT_EQ(objects.size(), 1);
    EXPECT_EQ(objects[0].key_id, key.id);
    EXPECT_EQ(objects[0].project, "payments");
    EXPECT_EQ(objects[0].key, "card-key");
    EXPECT_EQ(objects[0].algorithm, keys::Algorithm::ec);
    EXPECT_EQ(objects[0].type, keys::KeyType::private_key);
    EXPECT_EQ(objects[0].deployment, found(key).deployments[0]);
    EXPECT_THAT(catalogue_->keys.recorded_objects("unknown", {}, 10), IsEmpty());
}

TEST_P(CatalogueContract, TheObjectsOfAnEnvironmentComeInPagesOrderedByTheirIds) {
    const std::string project = new_project();
    std::set<ObjectId> ids;
    for (const auto* name : {"a", "b", "c", "d", "e"})
        ids.insert(committed(project, name).deployments[0].object_id.value());
    std::vector<ObjectId> seen;
    std::optional<ObjectId> last;
    for (const std::size_t expected : {2U, 2U, 1U, 0U}) {
        const auto page = catalogue_->keys.recorded_objects("staging", last, 2);
        ASSERT_EQ(page.size(), expected);
        for (const auto& each : page)
            seen.push_back(*each.deployment.object_id);
        if (!page.empty()) last = seen.back();
    }
    EXPECT_THAT(seen, ElementsAreArray(ids));
}

TEST_P(CatalogueContract, AFailedDeploymentWithoutAnObjectIsNotExpectedInTheToken) {
    auto work = begun(new_project());
    work.key.deployments[0].object_id.reset();
    catalogue_->keys.commit_create(work.key, resolution("first", at(1)), audit("x"));
    EXPECT_THAT(catalogue_->keys.recorded_objects("staging", {}, 10), IsEmpty());
    EXPECT_EQ(catalogue_->keys.recorded_objects("production", {}, 10).size(), 1);
}

TEST_P(CatalogueContract, AMissingObjectFailsItsDeploymentAndAFoundOneHealsIt) {
    const auto key = committed(new_project());
    const auto id = key.deployments[0].object_id.value();
    EXPECT_FALSE(catalogue_->deployments.mark_found(id, audit("x")));
    EXPECT_TRUE(catalogue_->deployments.mark_missing(id, "it is not in its token", audit("drift.missing")));
    EXPECT_FALSE(catalogue_->deployments.mark_missing(id, "again", audit("x")));
    auto expected = key;
    expected.deployments[0].state = DeploymentState::failed;
    expected.deployments[0].failure = "it is not in its token";
    expected.revision = 1;
    EXPECT_EQ(found(key), expected);
    EXPECT_TRUE(catalogue_->deployments.mark_found(id, audit("drift.found")));
    expected = key;
    expected.revision = 2;
    EXPECT_EQ(found(key), expected);
    EXPECT_THAT(audited(), ElementsAre("project.create", "key.create", "key.create.commit", "drift.missing",
                                       "drift.found"));
}

TEST_P(CatalogueContract, AnObjectThatIsBeingUndeployedIsNeitherMissingNorFound) {
    const auto key = committed(new_project());
    const auto id = key.deployments[0].object_id.value();
    catalogue_->keys.begin_deletion(key.id, 0, "staging", "first", at(5000), audit("undeploy"));
    EXPECT_FALSE(catalogue_->deployments.mark_missing(id, "gone", audit("x")));
    EXPECT_FALSE(catalogue_->deployments.mark_found(id, audit("x")));
    EXPECT_FALSE(catalogue_->deployments.mark_missing(ObjectId::random(), "gone", audit("x")));
    EXPECT_EQ(audited().back(), "undeploy");
}

TEST_P(CatalogueContract, AnUnknownObjectIsAdoptedAsAnActiveKey) {
    auto key = unknown_key(new_key(new_project()), "staging");
    EXPECT_TRUE(catalogue_->deployments.adopt_key(key, audit("drift.adopt")));
    key.state = KeyState::active;
    EXPECT_EQ(found(key), key);
    EXPECT_EQ(audited().back(), "drift.adopt");
}

TEST_P(CatalogueContract, AnUnknownObjectIsAdoptedAsAnotherDeploymentOfTheKeyThatIsThere) {
    auto key = committed(new_project());
    const auto adopted = unknown_key(key, "test");
    EXPECT_TRUE(catalogue_->deployments.adopt_key(adopted, audit("drift.adopt")));
    key.deployments.push_back(adopted.deployments[0]);
    key.revision = 1;
    EXPECT_EQ(found(key), key);
}

TEST_P(CatalogueContract, AnAdoptedObjectTakesThePlaceOfADeploymentThatFailedWithoutOne) {
    auto work = begun(new_project());
    work.key.deployments[0].object_id.reset();
    work.key.deployments[0].state = DeploymentState::failed;
    catalogue_->keys.commit_create(work.key, resolution("first", at(1)), audit("x"));
    const auto adopted = unknown_key(work.key, "staging");
    EXPECT_TRUE(catalogue_->deployments.adopt_key(adopted, audit("drift.adopt")));
    EXPECT_THAT(found(work.key).deployments, ElementsAre(adopted.deployments[0], work.key.deployments[1]));
}

TEST_P(CatalogueContract, AnObjectIsNotAdoptedWhereTheKeyIsDeployedOrOfAnotherKindOrNotActive) {
    const auto key = committed(new_project());
    EXPECT_FALSE(catalogue_->deployments.adopt_key(unknown_key(key, "staging"), audit("x")));
    auto other = unknown_key(key, "test");
    other.type = keys::KeyType::public_key;
    EXPECT_FALSE(catalogue_->deployments.adopt_key(other, audit("x")));
    other = unknown_key(key, "test");
    other.algorithm = keys::Algorithm::rsa;
    EXPECT_FALSE(catalogue_->deployments.adopt_key(other, audit("x")));
    EXPECT_EQ(found(key), key);
    const auto creating = begun(key.project_id, "creating").key;
    EXPECT_FALSE(catalogue_->deployments.adopt_key(unknown_key(creating, "test"), audit("x")));
    EXPECT_EQ(audited().back(), "key.create");
}

TEST_P(CatalogueContract, AnObjectThatTheCatalogueKnowsIsNotAdopted) {
    const auto key = committed(new_project());
    const auto intended = begun(key.project_id, "creating").intents[0].object_id;
    const auto doomed = new_tombstones("first", at(5000)).at(0);
    for (const auto& id : {key.deployments[0].object_id.value(), intended, doomed}) {
        auto adopted = unknown_key(key, "test");
        adopted.name = "adopted";
        adopted.deployments[0].object_id = id;
        EXPECT_FALSE(catalogue_->deployments.adopt_key(adopted, audit("x")));
        EXPECT_EQ(state_of(adopted), std::nullopt);
    }
}

TEST_P(CatalogueContract, AnAdoptionNamesOneObject) {
    EXPECT_THROW(catalogue_->deployments.adopt_key(new_key(new_project()), audit("x")), CatalogueError);
}

TEST_P(CatalogueContract, TheFirstTokenThatAnEnvironmentHasIsItsToken) {
    EXPECT_EQ(catalogue_->token_pins.pin_token("production", "serial 1", audit("token.bind")), "serial 1");
    EXPECT_EQ(catalogue_->token_pins.pin_token("production", "serial 2", audit("x")), "serial 1");
    EXPECT_EQ(catalogue_->token_pins.pin_token("production", "serial 1", audit("x")), "serial 1");
    EXPECT_EQ(catalogue_->token_pins.pin_token("staging", "serial 2", audit("token.bind")), "serial 2");
    EXPECT_THAT(audited(), ElementsAre("token.bind", "token.bind"));
}

TEST_P(CatalogueContract, AnEnvironmentMayBeBoundToAnotherToken) {
    catalogue_->token_pins.repin_token("production", "serial 1", audit("token.rebind"));
    catalogue_->token_pins.repin_token("production", "serial 2", audit("token.rebind"));
    catalogue_->token_pins.repin_token("production", "serial 2", audit("x"));
    EXPECT_EQ(catalogue_->token_pins.pin_token("production", "serial 1", audit("x")), "serial 2");
    EXPECT_THAT(audited(), ElementsAre("token.rebind", "token.rebind"));
}

TEST_P(CatalogueContract, AnObjectIsNotAdoptedBesideAKeyWhoseMechanismsItWasNotMadeFor) {
    const auto key = committed(new_project());
    auto other = unknown_key(key, "test");
    other.deployments[0].uses = {};
    EXPECT_FALSE(catalogue_->deployments.adopt_key(other, audit("x")));
    EXPECT_EQ(found(key), key);
}

TEST_P(CatalogueContract, AnObjectIsNotAdoptedBesideAKeyThatIsBeingChanged) {
    const auto key = committed(new_project());
    updating(key, {"staging"});
    EXPECT_FALSE(catalogue_->deployments.adopt_key(unknown_key(key, "test"), audit("x")));
}

/// A key in staging and production, whose token in staging was then replaced.
class ReplacedToken : public CatalogueContract {
  protected:
    ReplacedToken() {
        catalogue_->token_pins.pin_token("staging", "old", audit("token.bind"));
        key_ = committed(new_project());
        catalogue_->token_pins.repin_token("staging", "new", audit("token.rebind"));
    }
    std::vector<Tombstone> claimed() { return claim_all(*catalogue_, at(1'000'000), "first", at(2'000'000)); }
    [[nodiscard]] ObjectId in_staging() const { return key_.deployments[0].object_id.value(); }

    Key key_;
};

TEST_P(ReplacedToken, IsNamedByTheDeploymentsThatItHolds) {
    EXPECT_EQ(found(key_).deployments[0].serial, "old");
    EXPECT_EQ(found(key_).deployments[1].serial, "");
}

TEST_P(ReplacedToken, HoldsDeploymentsThatGoAtOnceAndLeaveATombstoneThatWaits) {
    const auto removal = catalogue_->keys.begin_deletion(key_.id, found(key_).revision, std::nullopt, "first",
                                                         at(1), audit("key.delete"));
    EXPECT_EQ(removal.tombstones.size(), 1U);
    EXPECT_EQ(found(key_).deployments.size(), 1U);
    EXPECT_THAT(claimed(), testing::SizeIs(1));
    catalogue_->changes.remove_tombstone(key_.deployments[1].object_id.value(), audit("destroyed"));
    EXPECT_EQ(state_of(key_), std::nullopt);
    EXPECT_THAT(claimed(), IsEmpty());
    ASSERT_EQ(catalogue_->changes.tombstones().size(), 1U);
    EXPECT_EQ(catalogue_->changes.tombstones()[0].serial, "old");
}

TEST_P(ReplacedToken, HoldsReplacedObjectsWhoseTombstonesWait) {
    const auto change = updating(found(key_), {"staging"});
    EXPECT_THAT(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(1)), audit("x")),
        testing::Optional(IsEmpty()));
    EXPECT_THAT(claimed(), IsEmpty());
    EXPECT_EQ(found(key_).deployments[0].serial, "");
}

TEST_P(ReplacedToken, ThatComesBackHasItsTombstonesWorkedOnAgain) {
    catalogue_->keys.begin_deletion(key_.id, found(key_).revision, "staging", "first", at(1),
                                    audit("undeploy"));
    catalogue_->token_pins.repin_token("staging", "old", audit("token.rebind"));
    ASSERT_THAT(claimed(), testing::SizeIs(1));
    EXPECT_EQ(claimed()[0].object_id, in_staging());
}

TEST_P(ReplacedToken, ThatComesBackHasItsDeploymentsAgain) {
    catalogue_->token_pins.repin_token("staging", "old", audit("token.rebind"));
    EXPECT_EQ(found(key_).deployments[0].serial, "");
}

TEST_P(ReplacedToken, ThatComesBackDoesNotGiveADeletedKeyForAdoption) {
    catalogue_->keys.begin_deletion(key_.id, found(key_).revision, "staging", "first", at(1),
                                    audit("undeploy"));
    catalogue_->token_pins.repin_token("staging", "old", audit("token.rebind"));
    auto again = key_;
    again.id = random_uuid();
    again.name = "again";
    again.deployments.resize(1);
    EXPECT_FALSE(catalogue_->deployments.adopt_key(again, audit("x")));
}

TEST_P(ReplacedToken, WhoseObjectIsFoundInTheNewOneIsForgotten) {
    EXPECT_TRUE(catalogue_->deployments.mark_found(in_staging(), audit("found")));
    EXPECT_EQ(found(key_).deployments[0].serial, "");
    EXPECT_FALSE(catalogue_->deployments.mark_found(in_staging(), audit("found")));
}

TEST_P(ReplacedToken, WhoseDoomedObjectIsFoundInTheNewOneHasItsTombstoneWorkedOn) {
    catalogue_->keys.begin_deletion(key_.id, found(key_).revision, "staging", "first", at(1),
                                    audit("undeploy"));
    EXPECT_THAT(claimed(), IsEmpty());
    EXPECT_TRUE(catalogue_->deployments.reclaim_tombstone(in_staging(), audit("reclaim")));
    EXPECT_THAT(claimed(), testing::SizeIs(1));
    EXPECT_FALSE(catalogue_->deployments.reclaim_tombstone(in_staging(), audit("reclaim")));
}

TEST_P(ReplacedToken, KeepsTheTombstoneWhoseObjectWasNotFoundInTheNewOne) {
    catalogue_->keys.begin_deletion(key_.id, found(key_).revision, "staging", "first", at(1),
                                    audit("undeploy"));
    catalogue_->changes.remove_tombstone(in_staging(), audit("gone"));
    EXPECT_EQ(catalogue_->changes.tombstones().size(), 1U);
}

TEST_P(ReplacedToken, FinishesWhatWasBeingUndeployedThere) {
    catalogue_->keys.begin_deletion(key_.id, found(key_).revision, "production", "first", at(1),
                                    audit("undeploy"));
    const auto before = found(key_).revision;
    catalogue_->token_pins.pin_token("production", "old", audit("token.bind"));
    catalogue_->token_pins.repin_token("production", "new", audit("token.rebind"));
    EXPECT_EQ(found(key_).deployments.size(), 1U);
    EXPECT_GT(found(key_).revision, before);
    EXPECT_THAT(claimed(), IsEmpty());
}

TEST_P(ReplacedToken, LetsNoChangeThatBeganBeforeBeCommitted) {
    const auto key = committed(key_.project_id, "another");
    const auto change = updating(key, {"staging"});
    catalogue_->token_pins.repin_token("staging", "newer", audit("token.rebind"));
    EXPECT_FALSE(
        catalogue_->keys.commit_update(change.key, {"staging"}, resolution("first", at(1)), audit("x")));
    EXPECT_TRUE(catalogue_->keys.abandon_change(key.id, resolution("first", at(1)), audit("x")));
    EXPECT_EQ(catalogue_->changes.tombstones().at(0).serial, "new");
}

TEST_P(ReplacedToken, GivesItsSerialNumberToTheTombstonesOfCutOffImports) {
    const auto key = committed(key_.project_id, "another");
    updating(key, {"staging"});
    catalogue_->token_pins.repin_token("staging", "newer", audit("token.rebind"));
    catalogue_->changes.resolve_expired_intents(at(1'000'000), "first", at(1'000'001), audit("settle"));
    EXPECT_EQ(catalogue_->changes.tombstones().at(0).serial, "new");
}

INSTANTIATE_TEST_SUITE_P(Databases, ReplacedToken, testing::ValuesIn(database_kinds),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace keyward::storage
