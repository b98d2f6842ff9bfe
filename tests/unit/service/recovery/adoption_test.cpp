#include "service/recovery/adoption.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace keyward::service {
namespace {

using keys::Algorithm;
using keys::KeyType;

const ObjectId adopted_id = ObjectId::from_hex("00112233445566778899aabbccddeeff");
const Instant now{std::chrono::milliseconds(1'700'000'000'000)};

TokenObject object_of(KeyType type, Algorithm algorithm, int size, KeyUsages uses) {
    TokenObject object;
    object.id = adopted_id;
    object.id_hex = adopted_id.hex();
    object.label = "MyProject/k";
    object.type = type;
    object.algorithm = algorithm;
    object.size = size;
    object.uses = std::move(uses);
    if (type == KeyType::public_key) {
        object.public_key_sha256 = "aa";
        object.public_key_pem = "pem";
    }
    return object;
}

TokenObject aes(KeyUsages uses = {KeyUsage::encrypt_decrypt}) {
    TokenObject object = object_of(KeyType::secret, Algorithm::aes, 256, std::move(uses));
    object.allowed_mechanisms = {"AES-GCM"};
    return object;
}
/// In a token that does not support CKA_ALLOWED_MECHANISMS.
TokenObject unrestricted_aes(KeyUsages uses = {KeyUsage::encrypt_decrypt}) {
    TokenObject object = aes(std::move(uses));
    object.allowed_mechanisms.reset();
    return object;
}

std::vector<TokenObject> rsa_pair(const KeyUsages& uses = {KeyUsage::sign_verify}) {
    return {object_of(KeyType::private_key, Algorithm::rsa, 2048, uses),
            object_of(KeyType::public_key, Algorithm::rsa, 2048, uses)};
}

Adoption judge(const std::vector<TokenObject>& objects, std::vector<Project> projects = {}) {
    if (projects.empty()) projects = {{"project-1", "MyProject", {"production"}}};
    return adoption_of(objects, "production", projects, {}, now);
}

Adoption judge_as(const std::vector<TokenObject>& objects, const MechanismList& mechanisms) {
    return adoption_of(objects, "production", {{"project-1", "MyProject", {"production"}}}, {}, now,
                       mechanisms);
}

/// With a key of that name and kind, deployed in staging with this check value and public key.
Adoption judge_beside(const std::vector<TokenObject>& objects, const std::string& check_value,
                      const std::string& public_key = {}, const MechanismList& mechanisms = {}) {
    Key there;
    there.type = objects.front().type;
    there.algorithm = *objects.front().algorithm;
    there.mechanisms = {"as it is there"};
    there.state = KeyState::active;
    there.deployments.emplace_back();
    there.deployments[0].environment = "staging";
    there.deployments[0].key_check_value = check_value;
    there.deployments[0].public_key_sha256 = public_key;
    return adoption_of(objects, "production", {{"project-1", "MyProject", {"production"}}}, {}, now,
                       mechanisms, [&](const std::string&, const std::string&) { return there; });
}

TEST(Adoption, ASecretKeyBecomesAnActiveKeyWithOneDeployment) {
    const Adoption adoption = judge({aes()});
    ASSERT_TRUE(adoption.key) << adoption.obstacle;
    EXPECT_EQ(adoption.project, "MyProject");
    EXPECT_EQ(adoption.key->project_id, "project-1");
    EXPECT_EQ(adoption.key->name, "k");
    EXPECT_EQ(adoption.key->state, KeyState::active);
    EXPECT_EQ(adoption.key->type, KeyType::secret);
    EXPECT_EQ(adoption.key->algorithm, Algorithm::aes);
    EXPECT_EQ(adoption.key->created_at, now);
    ASSERT_EQ(adoption.key->deployments.size(), 1U);
    EXPECT_EQ(adoption.key->deployments[0].environment, "production");
    EXPECT_EQ(adoption.key->deployments[0].state, DeploymentState::deployed);
    EXPECT_EQ(adoption.key->deployments[0].object_id, adopted_id);
    EXPECT_EQ(adoption.key->deployments[0].alias, "");
}

TEST(Adoption, APairIsOnePrivateKey) {
    const Adoption adoption = judge(rsa_pair());
    ASSERT_TRUE(adoption.key) << adoption.obstacle;
    EXPECT_EQ(adoption.key->type, KeyType::private_key);
    EXPECT_EQ(adoption.key->deployments[0].public_key_sha256, "aa");
    EXPECT_EQ(adoption.key->deployments[0].public_key_pem, "pem");
    EXPECT_EQ(adoption.key->mechanisms.front(), "SHA256-RSA-PKCS");
}

TEST(Adoption, APublicKeyAloneIsOne) {
    const Adoption adoption = judge({rsa_pair()[1]});
    ASSERT_TRUE(adoption.key) << adoption.obstacle;
    EXPECT_EQ(adoption.key->type, KeyType::public_key);
}

TEST(Adoption, ANameMayHoldASlash) {
    TokenObject object = aes();
    object.label = "MyProject/a/b";
    EXPECT_EQ(judge({object}).key->name, "a/b");
}

TEST(Adoption, TheMechanismsAreThoseThatTheTokenAllows) {
    TokenObject object = aes();
    object.allowed_mechanisms = {"AES-CTR"};
    EXPECT_EQ(judge({object}).key->mechanisms, MechanismList{"AES-CTR"});
}

TEST(Adoption, WhichModeAnAesKeyIsForIsNeverGuessed) {
    const Adoption adoption = judge({unrestricted_aes()});
    EXPECT_FALSE(adoption.key);
    EXPECT_EQ(adoption.obstacle,
              "The token does not say with which mechanism it was used (AES-GCM, AES-CBC-PAD, AES-CTR, "
              "AES-ECB): name it with --adopt 00112233445566778899aabbccddeeff --mechanism");
}

TEST(Adoption, TheModeOfAnAesKeyIsTheOneThatIsNamed) {
    EXPECT_EQ(judge_as({unrestricted_aes()}, {"AES-CTR"}).key->mechanisms, MechanismList{"AES-CTR"});
}

TEST(Adoption, AnAesKeyForMacsAloneLeavesNoChoice) {
    EXPECT_EQ(judge({unrestricted_aes({KeyUsage::sign_verify})}).key->mechanisms, MechanismList{"AES-CMAC"});
}

TEST(Adoption, DecryptionBesideSignaturesIsNeverGuessed) {
    EXPECT_FALSE(judge(rsa_pair({KeyUsage::encrypt_decrypt, KeyUsage::sign_verify})).key);
    EXPECT_FALSE(judge(rsa_pair({KeyUsage::encrypt_decrypt})).key);
    EXPECT_EQ(judge_as(rsa_pair({KeyUsage::encrypt_decrypt, KeyUsage::sign_verify}), {"SHA256-RSA-PKCS-PSS"})
                  .key->mechanisms,
              MechanismList{"SHA256-RSA-PKCS-PSS"});
    EXPECT_EQ(judge_as(rsa_pair({KeyUsage::encrypt_decrypt}), {"RSA-PKCS-OAEP"}).key->mechanisms,
              MechanismList{"RSA-PKCS-OAEP"});
}

TEST(Adoption, AMechanismThatTheTokenDoesNotAllowIsRefused) {
    EXPECT_EQ(judge_as({aes()}, {"AES-CTR"}).obstacle, "It can't be used with AES-CTR, but with AES-GCM");
}

TEST(Adoption, AMechanismThatTheUsesDoNotAllowIsRefused) {
    EXPECT_EQ(judge_as({unrestricted_aes({KeyUsage::sign_verify})}, {"AES-GCM"}).obstacle,
              "It can't be used with AES-GCM, but with AES-CMAC");
}

TEST(Adoption, AnAesKeyHasOneMechanism) {
    for (const MechanismList& two :
         {MechanismList{"AES-GCM", "AES-CTR"}, MechanismList{"AES-CBC-PAD", "AES-CTR"}}) {
        EXPECT_EQ(
            judge_as({unrestricted_aes()}, two).obstacle,
            "Its mechanisms must be one for AES: with another beside it, each opens what the other closed");
        TokenObject object = aes();
        object.allowed_mechanisms = {two.begin(), two.end()};
        EXPECT_FALSE(judge({object}).key) << two.front();
    }
}

TEST(Adoption, RsaPkcsStandsAlone) {
    EXPECT_EQ(
        judge_as(rsa_pair({KeyUsage::encrypt_decrypt, KeyUsage::sign_verify}),
                 {"RSA-PKCS", "SHA256-RSA-PKCS"})
            .obstacle,
        "Its mechanisms must be RSA-PKCS alone or be without it: what its decryptions tell opens and forges "
        "what the others make");
}

TEST(Adoption, OfAKeyThatIsThereTakesNoOtherMechanisms) {
    TokenObject object = unrestricted_aes();
    object.key_check_value = "5E89A1";
    EXPECT_EQ(judge_beside({object}, "5E89A1", {}, {"AES-CTR"}).obstacle,
              "The key of that name has the mechanisms as it is there: leave --mechanism out");
}

TEST(Adoption, BesideAKeyThatIsThereItTakesTheRecordedCheckValue) {
    TokenObject object = unrestricted_aes();
    object.key_check_value = "5E89A1";
    EXPECT_EQ(judge_beside({object}, "5E89A1").key->mechanisms, MechanismList{"as it is there"});
    for (const char* const other : {"000000", ""})
        EXPECT_EQ(judge_beside({object}, other).obstacle,
                  "Its check value or public key is not one that is recorded of the key of that name: send "
                  "the key's content in its place");
}

TEST(Adoption, BesideAKeyThatIsThereItTakesTheRecordedPublicKey) {
    EXPECT_TRUE(judge_beside(rsa_pair(), {}, "aa").key);
    EXPECT_FALSE(judge_beside(rsa_pair(), {}, "bb").key);
}

TEST(Adoption, AKeyWithoutACheckValueIsNeverAttached) {
    EXPECT_FALSE(judge_beside({unrestricted_aes()}, "").key);
}

/// What is wrong with the objects, and the expected text.
struct Obstacle {
    const char* name;
    std::function<std::vector<TokenObject>()> objects;
    const char* text;
};
void PrintTo(const Obstacle& obstacle, std::ostream* out) {
    *out << obstacle.name;
}

std::vector<TokenObject> changed(std::vector<TokenObject> objects,
                                 const std::function<void(TokenObject&)>& change) {
    change(objects.back());
    return objects;
}

class Obstacles : public testing::TestWithParam<Obstacle> {};

TEST_P(Obstacles, AreTold) {
    const Adoption adoption = judge(GetParam().objects());
    EXPECT_FALSE(adoption.key);
    EXPECT_EQ(adoption.obstacle, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Obstacles,
    testing::Values(
        Obstacle{"Duplicate",
                 [] {
                     return std::vector{aes(), aes()};
                 },
                 "There are 2 secret keys under this id"},
        Obstacle{"Mixed",
                 [] {
                     return std::vector{aes(), rsa_pair()[1]};
                 },
                 "A secret key and an asymmetric one share this id"},
        Obstacle{"NoPublicHalf", [] { return std::vector{rsa_pair()[0]}; },
                 "The private key has no public half in the token"},
        Obstacle{"DifferentLabels",
                 [] { return changed(rsa_pair(), [](TokenObject& o) { o.label = "MyProject/x"; }); },
                 "The private and the public key have different labels"},
        Obstacle{
            "DifferentUses",
            [] { return changed(rsa_pair(), [](TokenObject& o) { o.uses = {KeyUsage::encrypt_decrypt}; }); },
            "The private and the public key do not fit each other"},
        Obstacle{"DifferentKeys",
                 [] {
                     auto pair = rsa_pair();
                     pair[0].public_key_sha256 = "bb";
                     return pair;
                 },
                 "The public key is not the private key's"},
        Obstacle{"ForeignKind", [] { return changed({aes()}, [](TokenObject& o) { o.algorithm.reset(); }); },
                 "It is of a kind that is never imported"},
        Obstacle{
            "Weakened",
            [] { return changed({aes()}, [](TokenObject& o) { o.weakened_protection = {"X is true"}; }); },
            "It is not protected as an import protects it: X is true"},
        Obstacle{"NoSize", [] { return changed({aes()}, [](TokenObject& o) { o.size = 0; }); },
                 "The token does not say how long it is"},
        Obstacle{"ShortRsa", [] { return changed({rsa_pair()[1]}, [](TokenObject& o) { o.size = 1024; }); },
                 "It has 1024 bits, and the policy asks for 2048"},
        Obstacle{"NoUses", [] { return std::vector{aes({})}; },
                 "It may be used for nothing that AES keys are used for here"},
        Obstacle{"OtherProject",
                 [] { return changed({aes()}, [](TokenObject& o) { o.label = "Theirs/k"; }); },
                 "Its label is not project/name with a project that has this environment"},
        Obstacle{"NoName", [] { return changed({aes()}, [](TokenObject& o) { o.label = "MyProject/"; }); },
                 "The name in its label is none that a key can have"},
        Obstacle{"ControlCharacter",
                 [] { return changed({aes()}, [](TokenObject& o) { o.label = "MyProject/\x1b"; }); },
                 "The name in its label is none that a key can have"}),
    [](const auto& test) { return test.param.name; });

TEST(Adoption, AProjectWithoutTheEnvironmentTakesNothingIn) {
    EXPECT_EQ(judge({aes()}, {{"project-1", "MyProject", {"staging"}}}).obstacle,
              "Its label is not project/name with a project that has this environment");
}

TEST(Adoption, ALabelThatFitsTwoProjectsIsNotGuessedAt) {
    TokenObject object = aes();
    object.label = "a/b/c";
    EXPECT_EQ(judge({object}, {{"1", "a", {"production"}}, {"2", "a/b", {"production"}}}).obstacle,
              "Its label fits more than one project");
}

}  // namespace
}  // namespace keyward::service
