#include "service/recovery/repair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/service/recovery/reconcile_fixture.hpp"

namespace keyward::service {
namespace {

using testing::ElementsAre;

/// `reconcile --adopt`.
class RepairTest : public ReconcileFixture {};

TEST_F(RepairTest, AdoptMarksALostKeyAndAReturnedOne) {
    create("k");
    const ObjectId id = *deployment("k").object_id;
    fixture_.production->lose(id);
    auto report = run(adopting());
    EXPECT_TRUE(report.in_order());
    ASSERT_EQ(report.environments[0].adopted.size(), 1U);
    EXPECT_EQ(report.environments[0].adopted[0].note, "Marked as FAILED");
    EXPECT_EQ(deployment("k").state, DeploymentState::failed);
    EXPECT_EQ(deployment("k").failure, "The token does not hold this key any more: send it again");
    EXPECT_TRUE(run().in_order()) << "the catalogue knows it now";

    TokenObject again = foreign("MyProject/k");
    again.id = id;
    again.key_check_value = deployment("k").key_check_value;
    fixture_.production->add_foreign(again);
    EXPECT_THAT(kinds(run().environments[0]), ElementsAre(DriftKind::returned));
    report = run(adopting());
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(RepairTest, AdoptsAnObjectWhoseIdProvesThatItWasMadeForTheKeyOfItsLabel) {
    const TokenObject object = of_ours("found");
    fixture_.production->add_foreign(object);
    const auto report = run(adopting());
    EXPECT_TRUE(report.in_order());
    ASSERT_EQ(report.environments[0].adopted.size(), 1U);
    EXPECT_EQ(report.environments[0].adopted[0].drift.project, "MyProject");
    EXPECT_EQ(report.environments[0].adopted[0].drift.key, "found");
    const auto key = fixture_.catalogue->keys.find_key(fixture_.project.id, "found");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->state, KeyState::active);
    EXPECT_EQ(key->type, keys::KeyType::secret);
    EXPECT_EQ(key->mechanisms, MechanismList{"AES-GCM"});
    EXPECT_EQ(deployment("found").object_id, object.id);
    EXPECT_EQ(deployment("found").key_check_value, "5E89A1");
    EXPECT_EQ(deployment("found").size, 256);
    EXPECT_TRUE(run().in_order());
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(RepairTest, WhatCanNotBeAdoptedStaysWithTheReason) {
    create("k");
    fixture_.production->add_foreign(foreign("MyProject/k"));
    const auto report = run(adopting());
    ASSERT_EQ(report.environments[0].drift.size(), 1U);
    EXPECT_EQ(report.environments[0].drift[0].note,
              "Not adopted: The key of that name is deployed in this environment");
    EXPECT_FALSE(report.in_order());
}

TEST_F(RepairTest, AdoptLeavesAChangedKeyAlone) {
    create("k");
    fixture_.production->alter(*deployment("k").object_id,
                               [](TokenObject& object) { object.weakened_protection = {"WRAP is true"}; });
    const auto report = run(adopting());
    EXPECT_THAT(kinds(report.environments[0]), ElementsAre(DriftKind::changed));
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(RepairTest, AnObjectWithOnlyAMatchingLabelIsNotAdopted) {
    TokenObject object = foreign("MyProject/found");
    object.allowed_mechanisms = {"AES-GCM"};
    fixture_.production->add_foreign(object);
    const auto report = run(adopting());
    ASSERT_EQ(report.environments[0].drift.size(), 1U);
    EXPECT_EQ(
        report.environments[0].drift[0].note,
        "Not adopted: its label says MyProject/found, and nothing proves that it was made for that key; "
        "if it was, name it: --adopt " +
            object.id_hex);
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "found"));
}

TEST_F(RepairTest, TheProofOfOneKeyIsNoneOfAnother) {
    TokenObject object = of_ours("found");
    object.label = "MyProject/payments";
    fixture_.production->add_foreign(object);
    EXPECT_THAT(kinds(run(adopting()).environments[0]), ElementsAre(DriftKind::unknown));
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "payments"));
}

TEST_F(RepairTest, TheProofOfOneEnvironmentIsNoneInAnother) {
    fixture_.staging->add_foreign(of_ours("found"));
    EXPECT_THAT(kinds(run(adopting()).environments[1]), ElementsAre(DriftKind::unknown));
}

TEST_F(RepairTest, WithoutTheSecretNothingIsProved) {
    fixture_.production->add_foreign(of_ours("found"));
    ServiceContext service_context = fixture_.service_context();
    service_context.marks = nullptr;
    EXPECT_THAT(kinds(Reconciler(service_context, no_owner_is_dead).run(adopting()).environments[0]),
                ElementsAre(DriftKind::unknown));
}

TEST_F(RepairTest, KeysAreCreatedWithIdsThatProveTheirOrigin) {
    create("k");
    const ObjectId id = *deployment("k").object_id;
    EXPECT_TRUE(fixture_.marks->prove(id, "production", "MyProject", "k"));
    EXPECT_FALSE(fixture_.marks->prove(id, "staging", "MyProject", "k"));
    EXPECT_FALSE(fixture_.marks->prove(id, "production", "MyProject", "l"));
    EXPECT_FALSE(ObjectMarks(random_secret(32)).prove(id, "production", "MyProject", "k"));
}

/// `reconcile --adopt ID`.
class AdoptByIdTest : public ReconcileFixture {
  protected:
    static ReconcileOptions naming(const TokenObject& object, MechanismList mechanisms = {}) {
        ReconcileOptions options;
        options.adopt_objects = {object.id_hex};
        options.mechanisms = std::move(mechanisms);
        return options;
    }
    std::string note_of(const ReconcileOptions& options) {
        const auto report = run(options);
        return report.environments.at(0).drift.empty() ? "" : report.environments[0].drift[0].note;
    }
};

TEST_F(AdoptByIdTest, AdoptsAnObjectThatTheOperatorNames) {
    const TokenObject object = foreign("MyProject/found");
    fixture_.production->add_foreign(object);
    EXPECT_TRUE(run(naming(object, {"AES-CTR"})).in_order());
    EXPECT_EQ(fixture_.catalogue->keys.find_key(fixture_.project.id, "found")->mechanisms,
              MechanismList{"AES-CTR"});
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(1).at(0).result,
              "object " + object.id_hex + ", named by an operator");
}

TEST_F(AdoptByIdTest, AdoptsNoOtherObjectAndMarksNoKey) {
    create("k");
    fixture_.production->lose(*deployment("k").object_id);
    const TokenObject object = foreign("MyProject/found");
    fixture_.production->add_foreign(object);
    fixture_.production->add_foreign(of_ours("other"));
    run(naming(object, {"AES-CTR"}));
    EXPECT_TRUE(fixture_.catalogue->keys.find_key(fixture_.project.id, "found"));
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "other"));
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(AdoptByIdTest, AsksForTheMechanismWhereTheTokenDoesNotSayIt) {
    const TokenObject object = foreign("MyProject/found");
    fixture_.production->add_foreign(object);
    EXPECT_EQ(note_of(naming(object)),
              "Not adopted: The token does not say with which mechanism it was used (AES-GCM, AES-CBC-PAD, "
              "AES-CTR, AES-ECB): name it with --adopt " +
                  object.id_hex + " --mechanism");
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "found"));
}

TEST_F(AdoptByIdTest, NeverAttachesAForeignKeyToAnExistingOne) {
    fixture_.create(ServiceFixture::aes_request("k", {"staging"}));
    TokenObject object = foreign("MyProject/k");
    object.key_check_value = deployment("k").key_check_value == "000000" ? "000001" : "000000";
    fixture_.production->add_foreign(object);
    EXPECT_EQ(note_of(naming(object, {"AES-GCM"})),
              "Not adopted: Its check value or public key is not one that is recorded of the key of that "
              "name: send the key's content in its place");
    EXPECT_EQ(fixture_.catalogue->keys.find_key(fixture_.project.id, "k")->deployments.size(), 1U);
}

TEST_F(AdoptByIdTest, AttachesAnObjectWithTheRecordedCheckValue) {
    fixture_.create(ServiceFixture::aes_request("k", {"staging"}));
    TokenObject object = foreign("MyProject/k");
    object.key_check_value = deployment("k").key_check_value;
    fixture_.production->add_foreign(object);
    EXPECT_TRUE(run(naming(object)).in_order());
    EXPECT_EQ(fixture_.catalogue->keys.find_key(fixture_.project.id, "k")->deployments.size(), 2U);
}

TEST_F(AdoptByIdTest, AnIdOfNoUnknownObjectIsReported) {
    ReconcileOptions options;
    options.adopt_objects = {ObjectId::random().hex()};
    const auto report = run(options);
    EXPECT_EQ(report.not_there, std::vector<std::string>{*options.adopt_objects.begin()});
    EXPECT_FALSE(report.in_order());
}

}  // namespace
}  // namespace keyward::service
