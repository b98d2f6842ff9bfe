#include "service/recovery/reconcile.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <semaphore>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/lifecycle/lifecycle.hpp"
#include "service/recovery/drift_watch.hpp"
#include "service/runtime/pinned_token.hpp"
#include "tests/fakes/forwarding_catalogue.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Simulates an event between two looks: runs once, when the catalogue has been queried this many times for
/// its records.
class Interrupted : public ForwardingCatalogue {
  public:
    using ForwardingCatalogue::ForwardingCatalogue;

    std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                 const std::optional<ObjectId>& after,
                                                 std::size_t limit) override {
        auto recorded = ForwardingCatalogue::recorded_objects(environment, after, limit);
        if (++asked == when && happening) std::exchange(happening, nullptr)();
        return recorded;
    }

    int asked = 0;
    int when = 1;
    std::function<void()> happening;
};

bool nobody_is_dead(const std::string&) {
    return false;
}

class Reconciling : public testing::Test {
  protected:
    ReconcileReport run(const ReconcileOptions& options = {}) {
        return Reconciler(fixture_.service_context(), nobody_is_dead).run(options);
    }
    static ReconcileOptions dry() {
        ReconcileOptions options;
        options.dry_run = true;
        return options;
    }
    static ReconcileOptions adopting() {
        ReconcileOptions options;
        options.adopt = true;
        return options;
    }
    static ReconcileOptions removing() {
        ReconcileOptions options;
        options.remove_incomplete = true;
        return options;
    }

    static ReconcileOptions accepting(const std::string& environment) {
        ReconcileOptions options;
        options.accept_tokens = {environment};
        return options;
    }

    void create(const std::string& name) {
        fixture_.create(ServiceFixture::aes_request(name, {"production"}));
    }
    Deployment deployment(const std::string& name) const {
        return fixture_.catalogue->keys.find_key(fixture_.project.id, name)->deployments.at(0);
    }
    static std::vector<DriftKind> kinds(const EnvironmentReport& report) {
        std::vector<DriftKind> all;
        for (const Finding& finding : report.drift)
            all.push_back(finding.drift.kind);
        return all;
    }
    static TokenObject foreign(const std::string& label) {
        TokenObject object;
        object.id = ObjectId::random();
        object.id_hex = object.id->hex();
        object.label = label;
        object.algorithm = keys::Algorithm::aes;
        object.size = 256;
        object.uses = {KeyUsage::encrypt_decrypt};
        object.key_check_value = "5E89A1";
        return object;
    }
    /// An object that Keyward made for a key of MyProject, and that the token restricts to AES-GCM.
    [[nodiscard]] TokenObject of_ours(const std::string& name) const {
        TokenObject object = foreign("MyProject/" + name);
        object.id = fixture_.marks->new_id("production", "MyProject", name);
        object.id_hex = object.id->hex();
        object.allowed_mechanisms = {"AES-GCM"};
        return object;
    }

    ServiceFixture fixture_;
};

TEST_F(Reconciling, IsInOrderWhereTokenAndCatalogueAgree) {
    create("k");
    const auto report = run();
    EXPECT_TRUE(report.in_order());
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].name, "production");
    EXPECT_EQ(report.environments[0].objects, 1U);
}

TEST_F(Reconciling, ReportsAnObjectThatWasDestroyedBehindOurBack) {
    create("k");
    fixture_.production->lose(*deployment("k").object_id);
    const auto report = run();
    EXPECT_FALSE(report.in_order());
    EXPECT_THAT(kinds(report.environments[0]), ElementsAre(DriftKind::missing));
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(Reconciling, ReportsAForeignObjectAndLeavesItAlone) {
    fixture_.production->add_foreign(foreign("theirs"));
    EXPECT_THAT(kinds(run().environments[0]), ElementsAre(DriftKind::unknown));
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(Reconciling, ComparesOnlyTheEnvironmentsThatAreNamed) {
    ReconcileOptions options;
    options.environments = {"staging"};
    const auto report = run(options);
    ASSERT_EQ(report.environments.size(), 1U);
    EXPECT_EQ(report.environments[0].name, "staging");
}

TEST_F(Reconciling, SkipsAnEnvironmentThatIsDownAndComparesTheOthers) {
    fixture_.production->set_reachable(false);
    const auto report = run();
    EXPECT_FALSE(report.in_order());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::skipped);
    EXPECT_EQ(report.environments[0].reason, "The token can't be reached");
    EXPECT_EQ(report.environments[1].status, ComparisonStatus::compared);
}

TEST_F(Reconciling, AFailedWalkIsNoComparison) {
    create("k");
    fixture_.production->lose(*deployment("k").object_id);
    fixture_.production->fail_lookups(true);
    const auto report = run(adopting());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::failed);
    EXPECT_EQ(report.environments[0].reason, "The token can't be searched");
    EXPECT_THAT(report.environments[0].drift, IsEmpty());
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed) << "nothing may be healed";
}

TEST_F(Reconciling, AFailedLookupAfterTheWalkHealsNothing) {
    create("k");
    fixture_.production->lose(*deployment("k").object_id);
    Interrupted catalogue(*fixture_.catalogue);
    catalogue.when = 2;  // after the scan
    catalogue.happening = [&] { fixture_.production->fail_lookups(true); };
    ServiceContext service_context{catalogue, fixture_.environments, fixture_.in_flight,
                                   {},        "this-process",        system_now};
    const auto report = Reconciler(service_context, nobody_is_dead).run(adopting());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::failed);
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(Reconciling, DoesNotTakeAKeyForUnknownThatIsCommittedMeanwhile) {
    Interrupted catalogue(*fixture_.catalogue);
    catalogue.happening = [&] { create("meanwhile"); };
    EXPECT_THAT(compare(catalogue.keys, catalogue.changes, *fixture_.environments.find("production")).drift,
                IsEmpty());
}

TEST_F(Reconciling, DoesNotTakeAKeyForMissingThatIsBackAtTheLookup) {
    create("k");
    const ObjectId id = *deployment("k").object_id;
    fixture_.production->lose(id);
    Interrupted catalogue(*fixture_.catalogue);
    catalogue.when = 2;
    catalogue.happening = [&] {
        TokenObject again = foreign("MyProject/k");
        again.id = id;
        fixture_.production->add_foreign(again);
    };
    EXPECT_THAT(compare(catalogue.keys, catalogue.changes, *fixture_.environments.find("production")).drift,
                IsEmpty());
}

TEST_F(Reconciling, DoesNotReportAnUnknownObjectThatIsGoneAtTheLookup) {
    const TokenObject object = foreign("theirs");
    fixture_.production->add_foreign(object);
    Interrupted catalogue(*fixture_.catalogue);
    catalogue.when = 2;
    catalogue.happening = [&] { fixture_.production->lose(*object.id); };
    EXPECT_THAT(compare(catalogue.keys, catalogue.changes, *fixture_.environments.find("production")).drift,
                IsEmpty());
}

TEST_F(Reconciling, DoesNotReportAHalfMadeObjectThatIsFinishedAtTheSecondLook) {
    fixture_.production->add_incomplete();
    Interrupted catalogue(*fixture_.catalogue);
    catalogue.when = 2;
    catalogue.happening = [&] { fixture_.production->complete_incomplete(); };
    EXPECT_THAT(compare(catalogue.keys, catalogue.changes, *fixture_.environments.find("production")).drift,
                IsEmpty());
}

TEST_F(Reconciling, SettlesBeforeItCompares) {
    const ObjectId id = ObjectId::random();
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{id, key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}}, {}));
    TokenObject object = foreign("MyProject/cut-off");
    object.id = id;
    fixture_.production->add_foreign(object);
    const auto report = run();
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(report.resolved->destroyed_objects, 1U);
    EXPECT_EQ(fixture_.production->objects(), 0U);
}

TEST_F(Reconciling, LiveImportsAreNoDrift) {
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

// --dry-run

TEST_F(Reconciling, ADryRunDestroysNothingAndWritesNothing) {
    create("k");
    const ObjectId id = ObjectId::random();
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{id, key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}}, {}));
    const auto trail = fixture_.catalogue->audit_log.audit_trail(100).size();
    const auto report = run(dry());
    EXPECT_FALSE(report.resolved);
    EXPECT_EQ(report.pending.intents(), 1U);
    EXPECT_EQ(report.pending.tombstones(), 0U);
    EXPECT_FALSE(report.in_order());
    EXPECT_EQ(fixture_.catalogue->changes.intents().size(), 1U);
    EXPECT_EQ(fixture_.catalogue->changes.intents()[0].owner, "dead");
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(100).size(), trail);
}

TEST_F(Reconciling, ADryRunListsWhatTheNextPassWouldDestroy) {
    create("k");
    const Key key = *fixture_.catalogue->keys.find_key(fixture_.project.id, "k");
    const ObjectId interrupted = ObjectId::random();
    ASSERT_EQ(fixture_.catalogue->keys.begin_update(
                  key.id, key.revision,
                  {{interrupted, key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}}, {}),
              Begin::begun);
    TokenObject object = foreign("MyProject/k");
    object.id = interrupted;
    fixture_.production->add_foreign(object);
    fixture_.create(ServiceFixture::aes_request("going", {"staging"}));
    const Key going = *fixture_.catalogue->keys.find_key(fixture_.project.id, "going");
    ASSERT_EQ(fixture_.catalogue->keys
                  .begin_deletion(going.id, going.revision, std::nullopt, "dead",
                                  fixture_.now - std::chrono::seconds(1), {})
                  .begin,
              Begin::begun);
    fixture_.staging->set_reachable(false);

    const auto pending = run(dry()).pending;
    ASSERT_EQ(pending.objects.size(), 2U);
    const PendingObject& import = pending.objects[0];
    EXPECT_EQ(import.id, interrupted);
    EXPECT_EQ(import.environment, "production");
    EXPECT_TRUE(import.is_of_import);
    EXPECT_EQ(import.project, "MyProject");
    EXPECT_EQ(import.key, "k");
    EXPECT_EQ(import.in_token, true);
    EXPECT_EQ(import.label, "MyProject/k");
    const PendingObject& removed = pending.objects[1];
    EXPECT_EQ(removed.id, going.deployments.at(0).object_id);
    EXPECT_EQ(removed.environment, "staging");
    EXPECT_FALSE(removed.is_of_import);
    EXPECT_EQ(removed.project, "MyProject");
    EXPECT_EQ(removed.key, "going");
    EXPECT_EQ(removed.in_token, std::nullopt);
    EXPECT_EQ(fixture_.production->objects(), 2U);
    EXPECT_EQ(fixture_.staging->objects(), 1U);
}

TEST_F(Reconciling, ADryRunListsWhatIsNotInItsTokenToo) {
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}},
        {}));
    const auto pending = run(dry()).pending;
    ASSERT_EQ(pending.objects.size(), 1U);
    EXPECT_EQ(pending.objects[0].in_token, false);
    EXPECT_EQ(pending.objects[0].key, "") << "it never came to be";
}

TEST_F(Reconciling, ADryRunListsNothingThatWaitsForATokenThatWasReplaced) {
    create("k");
    const Key key = *fixture_.catalogue->keys.find_key(fixture_.project.id, "k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, std::nullopt, "dead",
                                            fixture_.now - std::chrono::seconds(1), {});
    ASSERT_EQ(run(dry()).pending.objects.size(), 1U);
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_EQ(run(dry()).pending.objects.size(), 0U);
}

TEST_F(Reconciling, ADryRunCountsNoWorkThatIsUnderWay) {
    Key key;
    key.id = "live";
    key.project_id = fixture_.project.id;
    key.name = "live";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "another", fixture_.now + std::chrono::seconds(1)}},
        {}));
    EXPECT_TRUE(run(dry()).in_order());
}

// --adopt

TEST_F(Reconciling, AdoptMarksALostKeyAndAReturnedOne) {
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

TEST_F(Reconciling, AdoptTakesInAnObjectWhoseIdProvesThatItWasMadeForTheKeyOfItsLabel) {
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

TEST_F(Reconciling, WhatCanNotBeAdoptedStaysWithTheReason) {
    create("k");
    fixture_.production->add_foreign(foreign("MyProject/k"));
    const auto report = run(adopting());
    ASSERT_EQ(report.environments[0].drift.size(), 1U);
    EXPECT_EQ(report.environments[0].drift[0].note,
              "Not adopted: The key of that name is deployed in this environment");
    EXPECT_FALSE(report.in_order());
}

TEST_F(Reconciling, AdoptLeavesAChangedKeyAlone) {
    create("k");
    fixture_.production->alter(*deployment("k").object_id,
                               [](TokenObject& object) { object.weakened_protection = {"WRAP is true"}; });
    const auto report = run(adopting());
    EXPECT_THAT(kinds(report.environments[0]), ElementsAre(DriftKind::changed));
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

// --remove-incomplete

TEST_F(Reconciling, HalfMadeObjectsStayWithoutTheFlag) {
    fixture_.production->add_incomplete();
    EXPECT_THAT(kinds(run(adopting()).environments[0]), ElementsAre(DriftKind::incomplete));
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(Reconciling, HalfMadeObjectsGoWithTheFlagAndNothingElse) {
    fixture_.production->add_incomplete();
    fixture_.production->add_foreign(foreign("theirs"));
    const auto report = run(removing());
    EXPECT_EQ(report.environments[0].removed, 1U);
    EXPECT_THAT(kinds(report.environments[0]), ElementsAre(DriftKind::unknown));
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(Reconciling, TheAuditTrailTellsOfHalfMadeObjectsBeforeTheyGoAndAfter) {
    fixture_.production->add_incomplete();
    fixture_.production->add_incomplete();
    const auto newest = [&] { return fixture_.catalogue->audit_log.audit_trail(1).at(0); };
    std::string before;
    fixture_.production->in_next_pause([&] { before = newest().result; });
    ReconcileOptions options = removing();
    options.actor = "operator";
    run(options);
    EXPECT_EQ(before, "2 half-made objects are to be destroyed");
    EXPECT_EQ(newest().result, "2 half-made objects were destroyed");
    for (const AuditRecord& record : fixture_.catalogue->audit_log.audit_trail(2)) {
        EXPECT_EQ(record.at, fixture_.now);
        EXPECT_EQ(record.actor, "operator");
        EXPECT_EQ(record.action, "reconcile.remove_half_made");
        EXPECT_THAT(record.environments, ElementsAre("production"));
    }
}

TEST_F(Reconciling, TheAuditTrailTellsWhenTheirRemovalIsBrokenOff) {
    fixture_.production->add_incomplete();
    fixture_.production->in_next_pause([&] { fixture_.production->replace_by_empty("0002"); });
    run(removing());
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(1).at(0).result,
              "broken off: The token's sessions were lost");
}

TEST_F(Reconciling, HalfMadeObjectsStayWhereTheAuditTrailCanNotBeWritten) {
    struct Failing : ForwardingCatalogue {
        using ForwardingCatalogue::ForwardingCatalogue;
        void record(const AuditRecord&) override { throw CatalogueError("the disk is full"); }
    } failing(*fixture_.catalogue);
    fixture_.production->add_incomplete();
    ServiceContext service_context{failing, fixture_.environments, fixture_.in_flight,
                                   {},      "this-process",        system_now};
    EXPECT_THROW(Reconciler(service_context, nobody_is_dead).run(removing()), CatalogueError);
    EXPECT_EQ(fixture_.production->objects(), 1U);
}

TEST_F(Reconciling, HalfMadeObjectsStayWhileAnyoneImports) {
    fixture_.production->add_incomplete();
    Key key;
    key.id = "live";
    key.project_id = fixture_.project.id;
    key.name = "live";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "another", fixture_.now + std::chrono::seconds(1)}},
        {}));
    const auto report = run(removing());
    EXPECT_EQ(report.environments[0].removed, 0U);
    EXPECT_EQ(fixture_.production->objects(), 1U);
    ASSERT_EQ(report.environments[0].drift.size(), 1U);
    EXPECT_EQ(report.environments[0].drift[0].note,
              "Not removed, since an import into this environment is under way and may be making it now");
}

TEST_F(Reconciling, AnObjectThatOnlyItsLabelSpeaksForIsNotAdoptedByItself) {
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

TEST_F(Reconciling, TheProofOfOneKeyIsNoneOfAnother) {
    TokenObject object = of_ours("found");
    object.label = "MyProject/payments";
    fixture_.production->add_foreign(object);
    EXPECT_THAT(kinds(run(adopting()).environments[0]), ElementsAre(DriftKind::unknown));
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "payments"));
}

TEST_F(Reconciling, TheProofOfOneEnvironmentIsNoneInAnother) {
    fixture_.staging->add_foreign(of_ours("found"));
    EXPECT_THAT(kinds(run(adopting()).environments[1]), ElementsAre(DriftKind::unknown));
}

TEST_F(Reconciling, WithoutTheSecretNothingIsProved) {
    fixture_.production->add_foreign(of_ours("found"));
    ServiceContext service_context = fixture_.service_context();
    service_context.marks = nullptr;
    EXPECT_THAT(kinds(Reconciler(service_context, nobody_is_dead).run(adopting()).environments[0]),
                ElementsAre(DriftKind::unknown));
}

TEST_F(Reconciling, KeysAreMadeUnderIdsThatProveTheirOrigin) {
    create("k");
    const ObjectId id = *deployment("k").object_id;
    EXPECT_TRUE(fixture_.marks->prove(id, "production", "MyProject", "k"));
    EXPECT_FALSE(fixture_.marks->prove(id, "staging", "MyProject", "k"));
    EXPECT_FALSE(fixture_.marks->prove(id, "production", "MyProject", "l"));
    EXPECT_FALSE(ObjectMarks(random_secret(32)).prove(id, "production", "MyProject", "k"));
}

/// `--adopt ID`.
class AdoptingByName : public Reconciling {
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

TEST_F(AdoptingByName, TakesInAnObjectOnTheOperatorsWord) {
    const TokenObject object = foreign("MyProject/found");
    fixture_.production->add_foreign(object);
    EXPECT_TRUE(run(naming(object, {"AES-CTR"})).in_order());
    EXPECT_EQ(fixture_.catalogue->keys.find_key(fixture_.project.id, "found")->mechanisms,
              MechanismList{"AES-CTR"});
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(1).at(0).result,
              "object " + object.id_hex + ", named by an operator");
}

TEST_F(AdoptingByName, TakesInNoOtherObjectAndMarksNoKey) {
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

TEST_F(AdoptingByName, AsksForTheMechanismWhereTheTokenDoesNotSayIt) {
    const TokenObject object = foreign("MyProject/found");
    fixture_.production->add_foreign(object);
    EXPECT_EQ(note_of(naming(object)),
              "Not adopted: The token does not say with which mechanism it was used (AES-GCM, AES-CBC-PAD, "
              "AES-CTR, AES-ECB): name it with --adopt " +
                  object.id_hex + " --mechanism");
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "found"));
}

TEST_F(AdoptingByName, NeverAttachesAStrangersKeyToAKeyThatIsThere) {
    fixture_.create(ServiceFixture::aes_request("k", {"staging"}));
    TokenObject object = foreign("MyProject/k");
    object.key_check_value = deployment("k").key_check_value == "000000" ? "000001" : "000000";
    fixture_.production->add_foreign(object);
    EXPECT_EQ(note_of(naming(object, {"AES-GCM"})),
              "Not adopted: Its check value or public key is not one that is recorded of the key of that "
              "name: send the key's content in its place");
    EXPECT_EQ(fixture_.catalogue->keys.find_key(fixture_.project.id, "k")->deployments.size(), 1U);
}

TEST_F(AdoptingByName, AttachesAnObjectWithTheRecordedCheckValue) {
    fixture_.create(ServiceFixture::aes_request("k", {"staging"}));
    TokenObject object = foreign("MyProject/k");
    object.key_check_value = deployment("k").key_check_value;
    fixture_.production->add_foreign(object);
    EXPECT_TRUE(run(naming(object)).in_order());
    EXPECT_EQ(fixture_.catalogue->keys.find_key(fixture_.project.id, "k")->deployments.size(), 2U);
}

TEST_F(AdoptingByName, AnIdThatIsNoUnknownObjectsIsTold) {
    ReconcileOptions options;
    options.adopt_objects = {ObjectId::random().hex()};
    const auto report = run(options);
    EXPECT_EQ(report.not_there, std::vector<std::string>{*options.adopt_objects.begin()});
    EXPECT_FALSE(report.in_order());
}

// Drift marks.

TEST_F(Reconciling, AKeyOfAnotherProcessIsNotMissingOnceTheModuleWasInitialisedAgain) {
    create("k");
    fixture_.production->hide_until_refresh(*deployment("k").object_id);
    const auto report = run(adopting());
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(fixture_.production->refreshes(), 1U);
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

// --give-up

class GivingUp : public Reconciling {
  protected:
    /// The key `k` in production is deleted after another application has destroyed its object.
    GivingUp() {
        create("k");
        object_ = *deployment("k").object_id;
        fixture_.production->lose(object_);
        remove();
    }
    void remove() {
        RemoveKey(fixture_.service_context())
            .remove(fixture_.alice, fixture_.project, "k", {"request", {}, {}});
    }
    [[nodiscard]] ReconcileOptions giving_up() const {
        ReconcileOptions options;
        options.give_up = {object_};
        options.actor = "operator";
        return options;
    }

    ObjectId object_ = ObjectId::random();
};

TEST_F(GivingUp, WithoutItAnAbsentObjectIsListedAndNotInOrder) {
    for (int run_number = 0; run_number < 2; ++run_number) {
        const auto report = run();
        ASSERT_EQ(report.absent.size(), 1U);
        EXPECT_EQ(report.absent[0].id, object_);
        EXPECT_EQ(report.absent[0].environment, "production");
        EXPECT_EQ(report.absent[0].looks, 1);
        EXPECT_FALSE(report.in_order());
    }
    EXPECT_TRUE(fixture_.catalogue->keys.find_key(fixture_.project.id, "k"));
}

TEST_F(GivingUp, EndsATombstoneWhoseObjectIsNotFoundInTwoLookups) {
    const auto refreshes = fixture_.production->refreshes();
    const auto report = run(giving_up());
    ASSERT_EQ(report.given_up.size(), 1U);
    EXPECT_TRUE(report.given_up[0].done);
    EXPECT_EQ(report.given_up[0].note, "Given up: it was not found in two lookups");
    EXPECT_EQ(fixture_.production->refreshes(), refreshes + 1);
    EXPECT_TRUE(report.in_order());
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "k"));
}

TEST_F(GivingUp, IsAuditedAsNotFoundAndNeverAsDestroyed) {
    run(giving_up());
    const AuditRecord record = fixture_.catalogue->audit_log.audit_trail(1).at(0);
    EXPECT_EQ(record.actor, "operator");
    EXPECT_EQ(record.action, "reconcile.give_up");
    EXPECT_EQ(record.project, "MyProject");
    EXPECT_EQ(record.key, "k");
    EXPECT_EQ(record.result,
              "object " + object_.hex() + " not found; given up by an operator (not found in two lookups)");
    for (const AuditRecord& each : fixture_.catalogue->audit_log.audit_trail(100))
        EXPECT_THAT(each.result, testing::Not(testing::HasSubstr("destroyed")));
}

TEST_F(GivingUp, DestroysAnObjectThatTheTokenHoldsAfterAll) {
    TokenObject again = foreign("MyProject/k");
    again.id = object_;
    fixture_.production->add_foreign(again);
    fixture_.production->hide_until_refresh(object_);
    const auto report = run(giving_up());
    EXPECT_TRUE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "The token holds it after all: it was destroyed");
    EXPECT_EQ(fixture_.production->objects(), 0U);
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(1).at(0).result,
              "object " + object_.hex() + " destroyed");
}

TEST_F(GivingUp, NeedsAModuleThatWasInitialisedSinceTheObjectWasMade) {
    fixture_.environments.find("production")->note_refresh(Instant{});
    fixture_.production->set_refreshable(false);
    const auto report = run(giving_up());
    EXPECT_FALSE(report.given_up.at(0).done);
    EXPECT_EQ(
        report.given_up[0].note,
        "It is not found, but its module can't be initialised again now, as it must be before the second "
        "lookup: try again in a minute, while nothing else is done in this module");
    EXPECT_EQ(fixture_.catalogue->changes.tombstones().size(), 1U);
}

TEST_F(GivingUp, NeedsNoFurtherInitialisationWhereTheModuleIsNewerThanTheObject) {
    fixture_.now += std::chrono::hours(1);
    fixture_.environments.find("production")->note_refresh(fixture_.now);
    fixture_.production->set_refreshable(false);
    const auto report = run(giving_up());
    EXPECT_TRUE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "Given up: it was not found in two lookups");
}

TEST_F(GivingUp, NeedsATokenThatAnswers) {
    fixture_.production->set_reachable(false);
    const auto report = run(giving_up());
    EXPECT_FALSE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "Its token can't be asked: The token can't be reached");
    EXPECT_EQ(fixture_.catalogue->changes.tombstones().size(), 1U);
}

TEST_F(GivingUp, TakesTheWordAloneForAnEnvironmentThatIsNotConfigured) {
    Environments none;
    ServiceContext service_context{
        *fixture_.catalogue, none, fixture_.in_flight, {}, "this-process", [this] { return fixture_.now; }};
    const auto report = Reconciler(service_context, nobody_is_dead).run(giving_up());
    EXPECT_TRUE(report.given_up.at(0).done);
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "k"));
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(1).at(0).result,
              "object " + object_.hex() +
                  " not found; given up by an operator (not looked for: environment production is not "
                  "configured)");
}

TEST_F(GivingUp, TakesTheWordAloneForATokenThatWasReplaced) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    EXPECT_TRUE(run(giving_up()).given_up.at(0).done);
    EXPECT_TRUE(fixture_.catalogue->changes.tombstones().empty());
}

TEST_F(GivingUp, OfADeployedKeyIsRefused) {
    create("other");
    object_ = *deployment("other").object_id;
    const auto report = run(giving_up());
    EXPECT_FALSE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "It is a key's that is deployed: undeploy or delete the key first");
    EXPECT_EQ(fixture_.production->count(object_), 1U);
}

TEST_F(GivingUp, OfAnUnknownIdIsRefused) {
    object_ = ObjectId::random();
    const auto report = run(giving_up());
    EXPECT_FALSE(report.given_up.at(0).done);
    EXPECT_EQ(report.given_up[0].note, "The catalogue has no tombstone with this id");
    EXPECT_FALSE(report.in_order());
}

// A token in the place of another.

const char* const none_of_its_keys =
    "The token of environment production holds none of the keys that are recorded for it, so it may have "
    "been "
    "initialised again: put the right token back, or accept this one with: keyward reconcile --accept-token "
    "production";

class SwappedToken : public Reconciling {
  protected:
    SwappedToken() {
        EnvironmentProfile profile;
        profile.name = "production";
        profile.workers = 2;
        bound_.add(std::make_unique<Environment>(
            profile, std::make_shared<PinnedToken>(
                         fixture_.production, "production", fixture_.catalogue->token_pins,
                         fixture_.catalogue->deployments, PinnedToken::Pinning::record, system_now)));
    }
    ReconcileReport run_bound(const ReconcileOptions& options = {}) {
        ServiceContext service_context{*fixture_.catalogue, bound_,
                                       fixture_.in_flight,  {},
                                       "this-process",      [this] { return fixture_.now; },
                                       fixture_.marks};
        return Reconciler(service_context, nobody_is_dead).run(options);
    }

    Environments bound_;
};

TEST_F(SwappedToken, NothingIsDestroyedAndTheReasonIsTold) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto report = run_bound();
    EXPECT_FALSE(report.in_order());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::skipped);
    EXPECT_EQ(report.environments[0].reason,
              "The token of environment production is not the one that holds its keys");
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(SwappedToken, ItsTombstonesStay) {
    Key key;
    key.id = "cut-off";
    key.project_id = fixture_.project.id;
    key.name = "cut-off";
    ASSERT_TRUE(fixture_.catalogue->keys.begin_create(
        key, {{ObjectId::random(), key.id, "production", "dead", fixture_.now - std::chrono::seconds(1)}},
        {}));
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    run_bound();
    fixture_.now += std::chrono::hours(1);
    const auto report = run_bound();
    EXPECT_EQ(report.resolved->left_tombstones, 1U);
    EXPECT_EQ(fixture_.catalogue->changes.tombstones().size(), 1U);
}

TEST_F(SwappedToken, AdoptDoesNotAcceptIt) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto report = run_bound(adopting());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::skipped);
    EXPECT_EQ(report.environments[0].reason,
              "The token of environment production is not the one that holds its keys");
    EXPECT_FALSE(report.environments[0].accepted_token);
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(SwappedToken, IsAcceptedWhereItsEnvironmentIsNamedAndWhatItDoesNotHoldIsMarked) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto report = run_bound(accepting("production"));
    ASSERT_TRUE(report.environments[0].accepted_token);
    EXPECT_EQ(report.environments[0].accepted_token->serial, "0002");
    EXPECT_EQ(report.environments[0].accepted_token->previous, "0001");
    EXPECT_TRUE(report.environments[0].accepted_token->done);
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0002");
    EXPECT_EQ(deployment("k").state, DeploymentState::failed);
}

TEST_F(SwappedToken, ItsAcceptanceStandsInTheAuditTrail) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    ReconcileOptions options = accepting("production");
    options.actor = "operator";
    run_bound(options);
    const auto records = fixture_.catalogue->audit_log.audit_trail(1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].actor, "operator");
    EXPECT_EQ(records[0].action, "reconcile.accept_token");
    EXPECT_THAT(records[0].environments, ElementsAre("production"));
    EXPECT_EQ(records[0].result, "serial 0002 in place of 0001");
}

TEST_F(SwappedToken, StaysRefusedWhereAnotherEnvironmentIsNamed) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto report = run_bound(accepting("staging"));
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::skipped);
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
}

TEST_F(SwappedToken, AcceptingItTakesInNoUnknownObject) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    fixture_.production->add_foreign(of_ours("found"));
    EXPECT_THAT(kinds(run_bound(accepting("production")).environments[0]), ElementsAre(DriftKind::unknown));
    EXPECT_FALSE(fixture_.catalogue->keys.find_key(fixture_.project.id, "found"));
    ReconcileOptions both = accepting("production");
    both.adopt = true;
    EXPECT_TRUE(run_bound(both).in_order());
    EXPECT_TRUE(fixture_.catalogue->keys.find_key(fixture_.project.id, "found"));
}

TEST_F(SwappedToken, AcceptingTheFirstOneAgainBringsItsKeysBack) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    run_bound(accepting("production"));
    fixture_.production->put_back();
    run_bound(accepting("production"));
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(SwappedToken, WhatWasCutOffAfterTheAcceptanceIsFinishedByTheSameCommand) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    fixture_.catalogue->token_pins.repin_token("production", "0002", {});
    const auto report = run_bound(accepting("production"));
    EXPECT_FALSE(report.environments[0].accepted_token);
    EXPECT_EQ(deployment("k").state, DeploymentState::failed);
}

TEST_F(SwappedToken, IsAcceptedWhereNoneIsRecorded) {
    create("k");
    fixture_.production->replace_by_empty("0002");
    EXPECT_EQ(run_bound().environments[0].reason, none_of_its_keys);
    const auto report = run_bound(accepting("production"));
    ASSERT_TRUE(report.environments[0].accepted_token);
    EXPECT_FALSE(report.environments[0].accepted_token->previous);
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0002");
}

/// The token was initialized again and kept its serial number.
class TokenOfTheSameSerial : public SwappedToken {
  protected:
    TokenOfTheSameSerial() {
        create("k");
        fixture_.catalogue->token_pins.pin_token("production", "0001", {});
        fixture_.production->replace_by_empty("0001");
    }
};

TEST_F(TokenOfTheSameSerial, ShowsWhatIsMissingAndHealsNothing) {
    const auto report = run_bound(adopting());
    EXPECT_EQ(report.environments[0].status, ComparisonStatus::compared);
    EXPECT_EQ(report.environments[0].reason, none_of_its_keys);
    EXPECT_THAT(kinds(report.environments[0]), ElementsAre(DriftKind::missing));
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
    EXPECT_FALSE(report.in_order());
}

TEST_F(TokenOfTheSameSerial, IsAcceptedByTheCommandThatTheTextNames) {
    const auto report = run_bound(accepting("production"));
    ASSERT_TRUE(report.environments[0].accepted_token);
    EXPECT_EQ(report.environments[0].accepted_token->serial, "0001");
    EXPECT_TRUE(report.in_order());
    EXPECT_EQ(deployment("k").state, DeploymentState::failed);
    EXPECT_EQ(deployment("k").serial, "0001 before " + to_rfc3339(fixture_.now));
    EXPECT_TRUE(run_bound().in_order());
}

TEST_F(TokenOfTheSameSerial, KeepsTheTombstonesOfTheOneBefore) {
    const Key key = *fixture_.catalogue->keys.find_key(fixture_.project.id, "k");
    create("other");
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, std::nullopt, "dead", fixture_.now, {});
    fixture_.production->lose(*deployment("other").object_id);
    run_bound(accepting("production"));
    ASSERT_EQ(fixture_.catalogue->changes.tombstones().size(), 1U);
    EXPECT_EQ(fixture_.catalogue->changes.tombstones()[0].serial, "0001 before " + to_rfc3339(fixture_.now));
}

TEST_F(TokenOfTheSameSerial, GivesUpNothingThatItWasNeverToHold) {
    const Key key = *fixture_.catalogue->keys.find_key(fixture_.project.id, "k");
    create("other");
    const ObjectId object = *key.deployments[0].object_id;
    fixture_.catalogue->keys.begin_deletion(key.id, key.revision, std::nullopt, "dead", fixture_.now, {});
    fixture_.production->lose(*deployment("other").object_id);
    ReconcileOptions options;
    options.give_up = {object};
    EXPECT_EQ(run_bound(options).given_up.at(0).note,
              std::string("Its token can't be asked: ") + none_of_its_keys);
}

TEST_F(SwappedToken, ADryRunOnlySaysThatItWouldBeAccepted) {
    create("k");
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    fixture_.production->replace_by_empty("0002");
    const auto trail = fixture_.catalogue->audit_log.audit_trail(100).size();
    ReconcileOptions options = accepting("production");
    options.dry_run = true;
    const auto report = run_bound(options);
    ASSERT_TRUE(report.environments[0].accepted_token);
    EXPECT_EQ(report.environments[0].accepted_token->serial, "0002");
    EXPECT_FALSE(report.environments[0].accepted_token->done);
    EXPECT_FALSE(report.in_order());
    EXPECT_EQ(fixture_.catalogue->token_pins.pinned_token("production"), "0001");
    EXPECT_EQ(fixture_.catalogue->audit_log.audit_trail(100).size(), trail);
    EXPECT_EQ(deployment("k").state, DeploymentState::deployed);
}

TEST_F(SwappedToken, NothingIsAcceptedWhereTheTokenIsTheRightOne) {
    fixture_.catalogue->token_pins.pin_token("production", "0001", {});
    EXPECT_FALSE(run_bound(accepting("production")).environments[0].accepted_token);
}

TEST_F(Reconciling, AnEnvironmentWhoseTokenIsAcceptedIsComparedBesideThoseThatAreNamed) {
    ReconcileOptions options = accepting("production");
    options.environments = {"staging"};
    EXPECT_EQ(run(options).environments.size(), 2U);
}

// The scan.

TEST_F(Reconciling, TellsHowFarTheWalkIs) {
    create("a");
    create("b");
    std::vector<std::size_t> last;
    Reconciler(fixture_.service_context(), nobody_is_dead,
               [&](const std::string& environment, std::size_t done, std::size_t total) {
                   if (environment == "production") last = {done, total};
               })
        .run({});
    EXPECT_THAT(last, ElementsAre(2U, 2U));
}

TEST_F(Reconciling, TellsHowFarTheSecondLookIs) {
    create("a");
    create("b");
    fixture_.production->lose(*deployment("a").object_id);
    fixture_.production->lose(*deployment("b").object_id);
    fixture_.production->add_foreign(foreign("theirs"));
    std::vector<std::pair<std::size_t, std::size_t>> told;
    Reconciler(fixture_.service_context(), nobody_is_dead,
               [&](const std::string& what, std::size_t done, std::size_t total) {
                   if (what == "production, second look") told.emplace_back(done, total);
               })
        .run({});
    EXPECT_THAT(told, ElementsAre(std::pair(1U, 3U), std::pair(2U, 3U), std::pair(3U, 3U)));
}

/// A token whose scan hangs until it is released.
class HangingWalk {
  public:
    void operator()() {
        std::unique_lock lock(mutex_);
        hangs_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return released_; });
    }
    void await() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return hangs_; });
    }
    void release() {
        const std::lock_guard lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool hangs_ = false;
    bool released_ = false;
};

std::array<std::shared_ptr<Call<bool>>, 2> keep_workers_busy(Environment& environment, HangingWalk& hanging) {
    const auto hang = [&] { return environment.begin<bool>([&](Token&) { return hanging(), true; }); };
    return {hang(), hang()};
}

TEST_F(Reconciling, AWalkThatFallsSilentIsGivenUp) {
    HangingWalk hanging;
    Environment& environment = *fixture_.environments.find("production");
    const auto both_workers = [&] {
        return environment.begin<bool>([&](Token&) { return hanging(), true; });
    };
    const auto first = both_workers();
    const auto second = both_workers();
    hanging.await();
    ScanLimits limits;
    limits.idle_timeout = std::chrono::milliseconds(1);
    try {
        scan_objects(environment, limits, {});
        ADD_FAILURE() << "no worker was free";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_STREQ(error.what(),
                     "The token of environment production stopped answering while its objects were looked "
                     "through");
    }
    hanging.release();
    environment.wait(*first);
    environment.wait(*second);
}

TEST_F(Reconciling, AWalkThatIsStoppedSaysSo) {
    HangingWalk hanging;
    Environment& environment = *fixture_.environments.find("production");
    const auto calls = keep_workers_busy(environment, hanging);
    std::stop_source source;
    source.request_stop();
    ScanLimits limits;
    limits.stop = source.get_token();
    try {
        scan_objects(environment, limits, {});
        ADD_FAILURE() << "no worker was free";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::busy);
        EXPECT_STREQ(error.what(), "The comparison was stopped");
    }
    hanging.release();
    for (const auto& call : calls)
        environment.wait(*call);
}

/// A catalogue that fails at the first query of one environment's records.
class FailingOnceAtProduction : public ForwardingCatalogue {
  public:
    using ForwardingCatalogue::ForwardingCatalogue;

    std::vector<RecordedObject> recorded_objects(const std::string& environment,
                                                 const std::optional<ObjectId>& after,
                                                 std::size_t limit) override {
        if (environment == "staging") staging.release();
        if (environment == "production" && !std::exchange(failed, true))
            throw CatalogueError("the connection was lost");
        if (environment == "production") production.release();
        return ForwardingCatalogue::recorded_objects(environment, after, limit);
    }

    bool failed = false;
    std::counting_semaphore<> production{0};
    std::counting_semaphore<> staging{0};
};

class FailingWatch : public Reconciling {
  protected:
    FailingOnceAtProduction catalogue_{*fixture_.catalogue};
    std::atomic<Instant> now_ = fixture_.now;
    DriftWatch watch_{{catalogue_, fixture_.environments, fixture_.in_flight, {}, "this-process", [this] {
                           return now_.load();
                       }}};
};

TEST_F(FailingWatch, LooksAtTheEnvironmentsBehindTheOneAtWhichItFailed) {
    watch_.begin();
    EXPECT_TRUE(catalogue_.staging.try_acquire_for(std::chrono::seconds(20)));
}

TEST_F(FailingWatch, LooksOnceMoreAtThatOneAfterAPause) {
    watch_.begin();
    ASSERT_TRUE(catalogue_.staging.try_acquire_for(std::chrono::seconds(20)));
    now_ = now_.load() + std::chrono::minutes(1);
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    bool looked = false;
    while (!looked && std::chrono::steady_clock::now() < limit) {
        watch_.begin();  // does nothing until the first look has ended
        looked = catalogue_.production.try_acquire_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(looked);
}

TEST_F(Reconciling, AWatchThatIsTakenAwayStopsItsWalk) {
    HangingWalk hanging;
    Interrupted catalogue(*fixture_.catalogue);
    Environment& environment = *fixture_.environments.find("production");
    std::array<std::shared_ptr<Call<bool>>, 2> calls;
    // Once the first query of the catalogue has run, no worker is left for the scan.
    const auto happening = [&] {
        calls = keep_workers_busy(environment, hanging);
        hanging.await();
    };
    catalogue.happening = std::cref(happening);
    {
        DriftWatch watch(
            {catalogue, fixture_.environments, fixture_.in_flight, {}, "this-process", system_now});
        watch.begin();
        hanging.await();
    }
    hanging.release();
    for (const auto& call : calls)
        environment.wait(*call);
}

}  // namespace
}  // namespace keyward::service
