#include "service/recovery/drift.hpp"

#include <ctime>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyward::service {
namespace {

using keys::Algorithm;
using keys::KeyType;
using testing::ElementsAre;
using testing::IsEmpty;

const ObjectId recorded_id = ObjectId::from_hex("00112233445566778899aabbccddeeff");

RecordedObject recorded_aes() {
    RecordedObject recorded;
    recorded.key_id = "key-1";
    recorded.project = "MyProject";
    recorded.key = "k";
    recorded.deployment.environment = "production";
    recorded.deployment.source = "content";
    recorded.deployment.state = DeploymentState::deployed;
    recorded.deployment.object_id = recorded_id;
    recorded.deployment.key_check_value = "5E89A1";
    recorded.deployment.uses = {KeyUsage::encrypt_decrypt};
    return recorded;
}

TokenObject aes_object() {
    TokenObject object;
    object.id = recorded_id;
    object.id_hex = recorded_id.hex();
    object.label = "MyProject/k";
    object.algorithm = Algorithm::aes;
    object.size = 256;
    object.uses = {KeyUsage::encrypt_decrypt};
    object.key_check_value = "5E89A1";
    return object;
}

RecordedObject recorded_ec() {
    RecordedObject recorded = recorded_aes();
    recorded.type = KeyType::private_key;
    recorded.algorithm = Algorithm::ec;
    recorded.deployment.key_check_value.clear();
    recorded.deployment.public_key_sha256 = "aa";
    recorded.deployment.uses = {KeyUsage::sign_verify};
    return recorded;
}

TokenObject ec_object(KeyType type) {
    TokenObject object = aes_object();
    object.type = type;
    object.algorithm = Algorithm::ec;
    object.uses = {KeyUsage::sign_verify};
    object.key_check_value.clear();
    if (type == KeyType::public_key) object.public_key_sha256 = "aa";
    return object;
}

/// A view with all its records.
struct Said {
    CatalogueView view;
    std::vector<RecordedObject> recorded;
};

Said with(const RecordedObject& recorded) {
    Said said;
    said.recorded.push_back(recorded);
    said.view.recorded = RecordedObjects({{*recorded.deployment.object_id, recorded.deployment.state}});
    return said;
}

std::vector<Drift> drift_of(const Said& before, const Said& after, const std::vector<TokenObject>& objects) {
    FoundObjects found(objects);
    DriftSearch search("production", before.view, found);
    for (const RecordedObject& each : after.recorded)
        search.compare_with(each);
    return search.end(after.view);
}

std::vector<Drift> drift_between(const Said& said, const std::vector<TokenObject>& objects) {
    return drift_of(said, said, objects);
}

/// A change of one object or record, and the sentence it produces.
struct Row {
    const char* name;
    std::function<void(RecordedObject&, TokenObject&)> change;
    std::vector<std::string> found;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

/// An HMAC key that was recorded with one size and is found with another.
Row hmac_row(const char* name, int recorded_bits, int found_bits, std::vector<std::string> found) {
    return {name,
            [=](RecordedObject& recorded, TokenObject& object) {
                recorded.algorithm = Algorithm::hmac;
                recorded.deployment.key_check_value.clear();
                recorded.deployment.size = recorded_bits;
                object.algorithm = Algorithm::hmac;
                object.key_check_value.clear();
                object.size = found_bits;
            },
            std::move(found)};
}

class Differences : public testing::TestWithParam<Row> {};

TEST_P(Differences, AreFoundOneByOne) {
    RecordedObject recorded = recorded_aes();
    TokenObject object = aes_object();
    GetParam().change(recorded, object);
    EXPECT_EQ(differences(recorded, {object}), GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Differences,
    testing::Values(
        Row{"None", [](RecordedObject&, TokenObject&) {}, {}},
        Row{"Label",
            [](RecordedObject&, TokenObject& object) { object.label = "other"; },
            {"the secret key's label is \"other\" and should be \"MyProject/k\""}},
        Row{"Alias",
            [](RecordedObject& recorded, TokenObject&) { recorded.deployment.alias = "alias"; },
            {"the secret key's label is \"MyProject/k\" and should be \"alias\""}},
        Row{"AliasThatStands",
            [](RecordedObject& recorded, TokenObject& object) {
                recorded.deployment.alias = "alias";
                object.label = "alias";
            },
            {}},
        Row{"MoreUses",
            [](RecordedObject&, TokenObject& object) { object.uses.insert(KeyUsage::sign_verify); },
            {"the secret key's use is encryption and signatures and should be encryption"}},
        Row{"NoUses",
            [](RecordedObject&, TokenObject& object) { object.uses.clear(); },
            {"the secret key's use is nothing and should be encryption"}},
        Row{"Algorithm",
            [](RecordedObject&, TokenObject& object) { object.algorithm = Algorithm::hmac; },
            {"the secret key's algorithm is HMAC and should be AES"}},
        Row{"ForeignAlgorithm",
            [](RecordedObject&, TokenObject& object) { object.algorithm.reset(); },
            {"the secret key's algorithm is a kind that is never imported and should be AES"}},
        Row{"CheckValue",
            [](RecordedObject&, TokenObject& object) { object.key_check_value = "000000"; },
            {"the secret key's key check value is 000000 and should be 5E89A1"}},
        Row{"CheckValueThatTheTokenDoesNotSay",
            [](RecordedObject&, TokenObject& object) { object.key_check_value.clear(); },
            {}},
        Row{"CheckValueOfAnHmacKeyWhichIsAnotherThing",
            [](RecordedObject& recorded, TokenObject& object) {
                recorded.algorithm = Algorithm::hmac;
                object.algorithm = Algorithm::hmac;
                object.key_check_value = "000000";
            },
            {}},
        hmac_row("HmacSize", 1024, 768, {"the secret key's size is 768 bits and should be 1024 bits"}),
        hmac_row("HmacSizeOfALongKeyThatIsShortNow", 1024, 512,
                 {"the secret key's size is 512 bits and should be 1024 bits"}),
        hmac_row("HmacSizeOfAShortKey", 256, 160,
                 {"the secret key's size is 160 bits and should be 256 bits"}),
        hmac_row("HmacSizeOfAShortKeyThatIsLongNow", 256, 1024,
                 {"the secret key's size is 1024 bits and should be 256 bits"}),
        hmac_row("HmacSizeOfAPaddedKey", 160, 512, {}), hmac_row("HmacSizeOfAnEqualKey", 1024, 1024, {}),
        hmac_row("HmacSizeThatTheTokenDoesNotSay", 1024, 0, {}),
        hmac_row("HmacSizeThatTheCatalogueDoesNotSay", 0, 1024, {}),
        Row{"Protection",
            [](RecordedObject&, TokenObject& object) {
                object.weakened_protection = {"CKA_EXTRACTABLE is true", "CKA_WRAP is true"};
            },
            {"the secret key's protection is weakened: CKA_EXTRACTABLE is true",
             "the secret key's protection is weakened: CKA_WRAP is true"}},
        Row{"Type",
            [](RecordedObject& recorded, TokenObject& object) {
                recorded.type = KeyType::public_key;
                recorded.deployment.key_check_value.clear();
                object.type = KeyType::secret;
            },
            {"there is a secret key too many", "there is no public key"}}),
    [](const auto& test) { return test.param.name; });

TEST(PairDifferences, ThereAreNoneInAWholePair) {
    EXPECT_THAT(differences(recorded_ec(), {ec_object(KeyType::private_key), ec_object(KeyType::public_key)}),
                IsEmpty());
}

TEST(PairDifferences, APrivateKeyNeedsItsPublicHalf) {
    EXPECT_THAT(differences(recorded_ec(), {ec_object(KeyType::private_key)}),
                ElementsAre("there is no public key"));
}

TEST(PairDifferences, APublicHalfNeedsItsPrivateKey) {
    EXPECT_THAT(differences(recorded_ec(), {ec_object(KeyType::public_key)}),
                ElementsAre("there is no private key"));
}

TEST(PairDifferences, APublicKeyOfAnotherKeyIsFound) {
    TokenObject half = ec_object(KeyType::public_key);
    half.public_key_sha256 = "bb";
    EXPECT_THAT(differences(recorded_ec(), {ec_object(KeyType::private_key), half}),
                ElementsAre("the public key's public key's SHA-256 is bb and should be aa"));
}

TEST(PairDifferences, TheOlderFormWithItsPublicHalfAloneHasNoPrivateKey) {
    RecordedObject recorded = recorded_ec();
    recorded.type = KeyType::rsa;
    recorded.deployment.source = "publicKey";
    EXPECT_THAT(differences(recorded, {ec_object(KeyType::public_key)}), IsEmpty());
    recorded.deployment.source = "publicKey+privateKey";
    EXPECT_THAT(differences(recorded, {ec_object(KeyType::public_key)}),
                ElementsAre("there is no private key"));
}

TEST(DriftOf, SaysNothingWhereTokenAndCatalogueAgree) {
    EXPECT_THAT(drift_between(with(recorded_aes()), {aes_object()}), IsEmpty());
}

TEST(DriftOf, ADeployedObjectThatWasNotSeenIsMissing) {
    const auto drift = drift_between(with(recorded_aes()), {});
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].kind, DriftKind::missing);
    EXPECT_EQ(drift[0].environment, "production");
    EXPECT_EQ(drift[0].project, "MyProject");
    EXPECT_EQ(drift[0].key, "k");
    EXPECT_EQ(drift[0].object, recorded_id.hex());
    EXPECT_EQ(drift[0].label, "MyProject/k");
    EXPECT_EQ(drift[0].detail, "The token does not hold this key");
}

TEST(DriftOf, AnObjectThatTheCatalogueDoesNotHaveIsUnknown) {
    const auto drift = drift_between({}, {aes_object()});
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].kind, DriftKind::unknown);
    EXPECT_EQ(drift[0].object, recorded_id.hex());
    EXPECT_EQ(drift[0].label, "MyProject/k");
    EXPECT_EQ(drift[0].detail, "The catalogue knows nothing of this object: AES secret key");
}

TEST(DriftOf, APairThatTheCatalogueDoesNotHaveIsOneEntry) {
    const auto drift = drift_between({}, {ec_object(KeyType::private_key), ec_object(KeyType::public_key)});
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].detail, "The catalogue knows nothing of this object: EC private key, EC public key");
}

TEST(DriftOf, ObjectsWithIdsOfOtherFormsAreUnknownOneByOne) {
    TokenObject foreign = aes_object();
    foreign.id.reset();
    foreign.id_hex = "01";
    const auto drift = drift_between({}, {foreign, foreign});
    ASSERT_EQ(drift.size(), 2U);
    EXPECT_EQ(drift[1].kind, DriftKind::unknown);
    EXPECT_EQ(drift[1].object, "01");
}

TEST(DriftOf, TwoObjectsOfOneClassAreADuplicate) {
    const auto drift = drift_between(with(recorded_aes()), {aes_object(), aes_object()});
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].kind, DriftKind::duplicate);
    EXPECT_EQ(drift[0].detail, "The token holds 2 secret keys under this key's id");
}

TEST(DriftOf, AllDifferencesOfAKeyAreOneSentence) {
    TokenObject object = aes_object();
    object.label = "other";
    object.uses.clear();
    const auto drift = drift_between(with(recorded_aes()), {object});
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].kind, DriftKind::changed);
    EXPECT_EQ(drift[0].label, "other");
    EXPECT_EQ(drift[0].detail,
              "The secret key's label is \"other\" and should be \"MyProject/k\"; "
              "the secret key's use is nothing and should be encryption");
}

TEST(DriftOf, HalfMadeObjectsAreCountedInOneEntry) {
    TokenObject incomplete;
    incomplete.incomplete = true;
    const auto drift = drift_between({}, {incomplete, incomplete});
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].kind, DriftKind::incomplete);
    EXPECT_EQ(drift[0].count, 2U);
    EXPECT_EQ(drift[0].detail, "2 objects have no id, no label and no value");
}

TEST(DriftOf, ALostKeyThatIsNotThereIsNoDrift) {
    RecordedObject lost = recorded_aes();
    lost.deployment.state = DeploymentState::failed;
    EXPECT_THAT(drift_between(with(lost), {}), IsEmpty());
}

TEST(DriftOf, ALostKeyThatIsThereAgainHasReturned) {
    RecordedObject lost = recorded_aes();
    lost.deployment.state = DeploymentState::failed;
    const auto drift = drift_between(with(lost), {aes_object()});
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].kind, DriftKind::returned);
}

TEST(DriftOf, ALostKeyThatIsThereChangedIsNoReturn) {
    RecordedObject lost = recorded_aes();
    lost.deployment.state = DeploymentState::failed;
    TokenObject object = aes_object();
    object.key_check_value = "000000";
    const auto drift = drift_between(with(lost), {object});
    ASSERT_EQ(drift.size(), 1U);
    EXPECT_EQ(drift[0].kind, DriftKind::changed);
}

TEST(DriftOf, WhatIsBeingUndeployedIsNoDrift) {
    RecordedObject going = recorded_aes();
    going.deployment.state = DeploymentState::deleting;
    EXPECT_THAT(drift_between(with(going), {}), IsEmpty());
}

TEST(DriftOf, IsToldInTheOrderOfProjectsAndKeys) {
    Said said;
    std::vector<RecordedObjects::Entry> entries;
    for (const auto& [project, key] : {std::pair{"b", "a"}, std::pair{"a", "b"}, std::pair{"a", "a"}}) {
        RecordedObject& recorded = said.recorded.emplace_back(recorded_aes());
        recorded.project = project;
        recorded.key = key;
        recorded.deployment.object_id = ObjectId::random();
        entries.push_back({*recorded.deployment.object_id, DeploymentState::deployed});
    }
    said.view.recorded = RecordedObjects(entries);
    std::vector<std::string> names;
    for (const Drift& drift : drift_between(said, {}))
        names.push_back(drift.project + "/" + drift.key);
    EXPECT_THAT(names, ElementsAre("a/a", "a/b", "b/a"));
}

TEST(DriftOf, WhatTheTokenHoldsOfADeployedKeyIsDroppedOnceItIsCompared) {
    const Said said = with(recorded_aes());
    FoundObjects found({aes_object()});
    DriftSearch search("production", said.view, found);
    EXPECT_TRUE(found.ours.contains(recorded_id));
    search.compare_with(said.recorded.front());
    EXPECT_FALSE(found.ours.contains(recorded_id));
    EXPECT_THAT(search.end(said.view), IsEmpty());
}

TEST(DriftOf, WhatTheTokenHoldsOfAKeyThatIsAboutToGoIsKept) {
    Said said = with(recorded_aes());
    said.view.in_motion.insert(recorded_id);
    FoundObjects found({aes_object()});
    DriftSearch search("production", said.view, found);
    search.compare_with(said.recorded.front());
    EXPECT_TRUE(found.ours.contains(recorded_id));
}

TEST(RecordedObjects, AreFoundByTheirIds) {
    const auto first = ObjectId::from_hex("00000000000000000000000000000000");
    const RecordedObjects recorded(
        {{recorded_id, DeploymentState::failed}, {first, DeploymentState::deployed}});
    EXPECT_EQ(recorded.find(first), DeploymentState::deployed);
    EXPECT_EQ(recorded.find(recorded_id), DeploymentState::failed);
    EXPECT_EQ(recorded.find(ObjectId::random()), std::nullopt);
    EXPECT_EQ(RecordedObjects().find(recorded_id), std::nullopt);
}

TEST(RecordedObjects, AreFoundQuicklyAmongMany) {
    constexpr std::size_t many = 50'000;
    std::vector<RecordedObjects::Entry> objects(many);
    for (RecordedObjects::Entry& object : objects)
        object.id = ObjectId::random();
    const RecordedObjects recorded(objects);
    const auto begin = std::clock();
    for (const RecordedObjects::Entry& object : objects)
        ASSERT_TRUE(recorded.find(object.id));
    // A linear search would make more than a thousand million comparisons.
    EXPECT_LT(std::clock() - begin, CLOCKS_PER_SEC);
}

/// Where the id is recorded before and after the scan, with the object in the token or not.
struct Motion {
    const char* name;
    bool in_motion_before, recorded_before, in_motion_after, recorded_after;
    bool in_token;
    std::size_t drift;
};
void PrintTo(const Motion& motion, std::ostream* out) {
    *out << motion.name;
}

class WhatMoves : public testing::TestWithParam<Motion> {};

TEST_P(WhatMoves, IsNoDrift) {
    const auto view = [](bool in_motion, bool recorded) {
        Said made = recorded ? with(recorded_aes()) : Said{};
        if (in_motion) made.view.in_motion.insert(recorded_id);
        return made;
    };
    const Motion& motion = GetParam();
    const std::vector<TokenObject> objects(motion.in_token ? 1 : 0, aes_object());
    EXPECT_EQ(drift_of(view(motion.in_motion_before, motion.recorded_before),
                       view(motion.in_motion_after, motion.recorded_after), objects)
                  .size(),
              motion.drift);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WhatMoves,
    testing::Values(Motion{"DeployedMeanwhile", false, false, false, true, false, 0},
                    Motion{"DeployedAndSeenMeanwhile", false, false, false, true, true, 0},
                    Motion{"IntendedBefore", true, false, false, true, false, 0},
                    Motion{"IntendedMeanwhile", false, false, true, false, true, 0},
                    Motion{"TakenBackMeanwhile", true, false, false, false, true, 0},
                    Motion{"UndeployedMeanwhile", false, true, false, false, true, 0},
                    Motion{"UndeployedMeanwhileAndNotSeen", false, true, false, false, false, 0},
                    Motion{"BuriedMeanwhile", false, true, true, false, false, 0},
                    Motion{"DoomedAndRecorded", true, true, true, true, false, 0},
                    Motion{"NeverRecorded", false, false, false, false, true, 1},
                    Motion{"AlwaysRecorded", false, true, false, true, false, 1}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace keyward::service
