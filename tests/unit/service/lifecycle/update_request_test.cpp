#include <memory>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "domain/key_text.hpp"
#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {
namespace {

using keys::Algorithm;
using keys::KeyType;

struct RsaPem {
    std::string private_key;
    std::string public_key;
};

RsaPem new_rsa() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
    const auto written = [&](auto write) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        write(out.get());
        char* data = nullptr;
        const long size = BIO_get_mem_data(out.get(), &data);
        return std::string(data, static_cast<std::size_t>(size));
    };
    return {written([&](BIO* out) {
                PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            }),
            written([&](BIO* out) { PEM_write_bio_PUBKEY(out, key.get()); })};
}

/// The request of a client that sends a key back as it was read: all that can be read, and nothing else.
UpdateKeyRequest posted_back(const Key& key) {
    UpdateKeyRequest request = KeyLife::change_of(key.name);
    request.name = key.name;
    request.description = key.description;
    request.type = key.type;
    request.algorithm = key.algorithm;
    request.mechanisms = key.mechanisms;
    for (const Deployment& deployment : key.deployments) {
        EnvironmentEntry entry = KeyLife::entry_of(deployment.environment, request.environments.size());
        entry.alias = deployment.alias;
        if (!deployment.public_key_pem.empty()) entry.public_key = secret_text(deployment.public_key_pem);
        request.environments.push_back(std::move(entry));
    }
    return request;
}

void create_rsa(KeyLife& fixture, KeyType type, const RsaPem& pem, const std::string& name = "rsa",
                const std::vector<std::string>& environments = {"production", "staging"}) {
    CreateKeyRequest request;
    request.name = name;
    request.type = type;
    for (const std::string& environment : environments) {
        EnvironmentEntry entry = KeyLife::entry_of(environment, request.environments.size());
        if (type == KeyType::rsa)
            entry.private_key = secret_text(pem.private_key);
        else
            entry.content = secret_text(type == KeyType::public_key ? pem.public_key : pem.private_key);
        request.environments.push_back(std::move(entry));
    }
    ASSERT_TRUE(fixture.create(request).success);
}

/// The pointers with which an update is refused; nothing may have been touched then.
std::vector<std::string> refused_fields(KeyLife& fixture, UpdateKeyRequest request) {
    const auto imports = fixture.production->imports() + fixture.staging->imports();
    const auto trail = fixture.audit_size();
    const auto error = error_of([&] { fixture.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed) << error.what();
    EXPECT_EQ(fixture.production->imports() + fixture.staging->imports(), imports);
    EXPECT_EQ(fixture.audit_size(), trail);
    return pointers_of(error);
}

using Pointers = std::vector<std::string>;

TEST(UpdateRequest, ThatPostsBackASecretKeyAsItWasReadChangesNothing) {
    KeyLife fixture;
    const Key old = fixture.key();
    const auto trail = fixture.audit_size();
    fixture.now += std::chrono::hours(1);
    const auto report = fixture.update(posted_back(old));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Deployment completed successfully");
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].key_check_value, old.deployments[0].key_check_value);
    const Key now = fixture.key();
    EXPECT_EQ(now.updated_at, old.updated_at);
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.audit_size(), trail);
    EXPECT_EQ(fixture.production->imports(), 1U);
}

class PostingBack : public testing::TestWithParam<KeyType> {};

TEST_P(PostingBack, AnRsaKeyAsItWasReadChangesNothing) {
    KeyLife fixture;
    create_rsa(fixture, GetParam(), new_rsa());
    const Key old = fixture.key("rsa");
    ASSERT_FALSE(old.deployments[0].public_key_pem.empty());
    const auto trail = fixture.audit_size();
    const auto imports = fixture.production->imports();
    fixture.now += std::chrono::hours(1);
    const auto report = fixture.update(posted_back(old));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.environments[1].public_key_sha256, old.deployments[1].public_key_sha256);
    const Key now = fixture.key("rsa");
    EXPECT_EQ(now.updated_at, old.updated_at);
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.audit_size(), trail);
    EXPECT_EQ(fixture.production->imports(), imports);
}

INSTANTIATE_TEST_SUITE_P(Of, PostingBack,
                         testing::Values(KeyType::rsa, KeyType::private_key, KeyType::public_key),
                         [](const auto& type) {
                             return std::string(type.param == KeyType::rsa           ? "TheOlderForm"
                                                : type.param == KeyType::private_key ? "PrivateKeys"
                                                                                     : "PublicKeys");
                         });

TEST(UpdateRequest, ThatPostsBackAKeyWithLeftOutFieldsChangesNothing) {
    KeyLife fixture;
    const Key old = fixture.key();
    fixture.update(KeyLife::change_of("k"));
    EXPECT_EQ(fixture.key().revision, old.revision);
}

TEST(UpdateRequest, ThatPostsBackAFailedEnvironmentSaysSoAndChangesNothing) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    fixture.create(ServiceFixture::aes_request("half", {"production", "staging"}));
    const Key old = fixture.key("half");
    const auto report = fixture.update(posted_back(old));
    EXPECT_FALSE(report.success);
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
    EXPECT_NE(report.environments[1].message.find("The token is full"), std::string::npos);
    EXPECT_EQ(fixture.key("half").revision, old.revision);
}

TEST(UpdateRequest, WithTheStoredPublicKeyBesideNewContentReplacesIt) {
    KeyLife fixture;
    create_rsa(fixture, KeyType::private_key, new_rsa());
    const Key old = fixture.key("rsa");
    auto request = posted_back(old);
    request.environments[0].content = secret_text(new_rsa().private_key);
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    EXPECT_NE(fixture.key("rsa").deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.key("rsa").deployments[1].object_id, old.deployments[1].object_id);
}

TEST(UpdateRequest, WithAnotherPublicKeyAndNoContentIsRefusedInTheNewerForm) {
    KeyLife fixture;
    create_rsa(fixture, KeyType::private_key, new_rsa());
    auto request = posted_back(fixture.key("rsa"));
    request.environments[1].public_key = secret_text(new_rsa().public_key);
    EXPECT_EQ(refused_fields(fixture, std::move(request)),
              Pointers{"/cryptoKeyInfoEnvironmentList/1/publicKey"});
}

TEST(UpdateRequest, WithAnotherPublicKeyReplacesTheKeyInTheOlderForm) {
    KeyLife fixture;
    create_rsa(fixture, KeyType::rsa, new_rsa());
    const Key old = fixture.key("rsa");
    auto request = posted_back(old);
    request.environments[1].public_key = secret_text(new_rsa().public_key);
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    const Key now = fixture.key("rsa");
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_NE(now.deployments[1].public_key_sha256, old.deployments[1].public_key_sha256);
    EXPECT_EQ(now.deployments[1].source, "publicKey");
}

TEST(UpdateRequest, WithThePrivateHalfOfTheStoredPublicKeyPutsItIntoTheToken) {
    KeyLife fixture;
    const RsaPem pem = new_rsa();
    CreateKeyRequest creation;
    creation.name = "rsa";
    creation.type = KeyType::rsa;
    creation.environments.push_back(KeyLife::entry_of("production"));
    creation.environments[0].public_key = secret_text(pem.public_key);
    fixture.create(creation);
    auto request = posted_back(fixture.key("rsa"));
    request.environments[0].private_key = secret_text(pem.private_key);
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    EXPECT_EQ(fixture.key("rsa").deployments[0].source, "publicKey+privateKey");
}

TEST(UpdateRequest, WithAnotherNameIsRefused) {
    KeyLife fixture;
    auto request = KeyLife::renewal("k", {"production"});
    request.name = "another";
    EXPECT_EQ(refused_fields(fixture, std::move(request)), Pointers{"/name"});
}

TEST(UpdateRequest, ReportsAllThatIsWrongAtOnce) {
    KeyLife fixture;
    auto request = KeyLife::renewal("k", {"production"});
    request.name = "another";
    request.mechanisms = MechanismList{"EDDSA"};
    request.environments[0].content = secret_text("AAAA");
    const auto error = error_of([&] {
        fixture.update(std::move(request), {{"/description", "is too long"}});
    });
    const auto pointers = pointers_of(error);
    for (const char* pointer :
         {"/description", "/name", "/cryptoKeyInfoEnvironmentList/0/content", "/mechanisms/0"})
        EXPECT_NE(std::ranges::find(pointers, pointer), pointers.end()) << pointer;
}

TEST(UpdateRequest, WithAnotherAliasNeedsContent) {
    KeyLife fixture;
    auto request = posted_back(fixture.key());
    request.environments[1].alias = "another";
    EXPECT_EQ(refused_fields(fixture, std::move(request)), Pointers{"/cryptoKeyInfoEnvironmentList/1/alias"});
    auto whole = KeyLife::renewal("k", {"staging"});
    whole.environments[0].alias = "another";
    EXPECT_TRUE(fixture.update(std::move(whole)).success);
    EXPECT_EQ(fixture.key().deployments[1].alias, "another");
    EXPECT_EQ(fixture.key().deployments[0].alias, "");
}

TEST(UpdateRequest, WithTheLabelThatTheObjectHasAnywayIsNoOtherAlias) {
    KeyLife fixture;
    auto request = posted_back(fixture.key());
    request.environments[0].alias = "MyProject/k";
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    EXPECT_EQ(fixture.production->imports(), 1U);
}

TEST(UpdateRequest, WithoutAnAliasKeepsTheOneThatIsThere) {
    KeyLife fixture;
    auto first = KeyLife::renewal("k", {"staging"});
    first.environments[0].alias = "label";
    fixture.update(std::move(first));
    fixture.update(KeyLife::renewal("k", {"staging"}));
    EXPECT_EQ(fixture.key().deployments[1].alias, "label");
}

TEST(UpdateRequest, WithoutContentForAnEnvironmentInWhichTheKeyIsNotIsRefused) {
    KeyLife fixture;
    fixture.create(ServiceFixture::aes_request("one", {"production"}));
    auto request = KeyLife::change_of("one");
    request.environments.push_back(KeyLife::entry_of("staging"));
    EXPECT_EQ(refused_fields(fixture, std::move(request)),
              Pointers{"/cryptoKeyInfoEnvironmentList/0/content"});
}

TEST(UpdateRequest, ForAnEnvironmentThatIsNotOfTheProjectIsRefusedWithTheContractsSentence) {
    KeyLife fixture;
    for (const bool with_content : {true, false}) {
        auto request = KeyLife::change_of("k");
        request.environments.push_back(KeyLife::entry_of("nowhere"));
        if (with_content) request.environments[0].content = random_content();
        const auto error = error_of([&] { fixture.update(std::move(request)); });
        EXPECT_EQ(error.kind(), ErrorKind::bad_request);
        EXPECT_STREQ(
            error.what(),
            "Environment (name: nowhere) is not found or user does not have privilege to access it!");
    }
}

TEST(UpdateRequest, WithContentForAnEnvironmentOutsideTheGrantIsRefusedWithTheSameSentence) {
    KeyLife fixture;
    fixture.alice.grants = {{fixture.project.id, Permission::manage, {}},
                            {fixture.project.id, Permission::deploy_undeploy, {"staging"}}};
    const auto error = error_of([&] { fixture.update(KeyLife::renewal("k", {"staging", "production"})); });
    EXPECT_STREQ(error.what(),
                 "Environment (name: production) is not found or user does not have privilege to access it!");
    EXPECT_EQ(fixture.staging->imports(), 1U);
    EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"staging"})).success);
}

TEST(UpdateRequest, LearnsNothingOfAnEnvironmentThatTheCallerDoesNotSee) {
    KeyLife fixture;
    fixture.alice.grants = {{fixture.project.id, Permission::manage, {"staging"}},
                            {fixture.project.id, Permission::deploy_undeploy, {"staging"}}};
    auto request = KeyLife::change_of("k");
    request.environments.push_back(KeyLife::entry_of("production"));
    request.environments[0].alias = "guess";
    request.environments[0].expected_check_value = "000000";
    request.environments[0].public_key = secret_text("guess");
    const auto error = error_of([&] { fixture.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_STREQ(error.what(),
                 "Environment (name: production) is not found or user does not have privilege to access it!");
}

TEST(UpdateRequest, WithTheStoredCheckValueIsAsGoodAsWithout) {
    KeyLife fixture;
    auto request = posted_back(fixture.key());
    request.environments[0].expected_check_value = fixture.key().deployments[0].key_check_value;
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    auto wrong = posted_back(fixture.key());
    wrong.environments[0].expected_check_value =
        fixture.key().deployments[0].key_check_value == "000000" ? "000001" : "000000";
    EXPECT_EQ(refused_fields(fixture, std::move(wrong)),
              Pointers{"/cryptoKeyInfoEnvironmentList/0/expectedKeyCheckValue"});
}

TEST(UpdateRequest, WithAnotherExpectedCheckValueForNewContentKeepsTheOldKey) {
    KeyLife fixture;
    const Key old = fixture.key();
    auto request = KeyLife::renewal("k", {"production"});
    request.environments[0].expected_check_value = "000000";
    EXPECT_EQ(error_of([&] { fixture.update(std::move(request)); }).kind(), ErrorKind::validation_failed);
    EXPECT_EQ(fixture.key().deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(UpdateRequest, WithAnotherAlgorithmNeedsContentForEveryEnvironment) {
    KeyLife fixture;
    auto alone = KeyLife::change_of("k");
    alone.algorithm = Algorithm::hmac;
    EXPECT_EQ(refused_fields(fixture, std::move(alone)), Pointers{"/algorithm"});
    auto half = KeyLife::renewal("k", {"production"});
    half.algorithm = Algorithm::hmac;
    const auto pointers = refused_fields(fixture, std::move(half));
    EXPECT_NE(std::ranges::find(pointers, "/algorithm"), pointers.end());
    auto whole = KeyLife::renewal("k", {"staging", "production"});
    whole.algorithm = Algorithm::hmac;
    EXPECT_TRUE(fixture.update(std::move(whole)).success);
    EXPECT_EQ(fixture.key().algorithm, Algorithm::hmac);
    EXPECT_EQ(fixture.key().mechanisms, default_mechanisms(Algorithm::hmac));
    EXPECT_EQ(fixture.key().deployments[0].uses, KeyUsages{KeyUsage::sign_verify});
}

TEST(UpdateRequest, WithContentOfAnotherAlgorithmForOneEnvironmentIsRefused) {
    KeyLife fixture;
    create_rsa(fixture, KeyType::private_key, new_rsa());
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> curve(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(out.get(), curve.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    const std::string pem(data, static_cast<std::size_t>(size));
    auto request = KeyLife::change_of("rsa");
    request.environments.push_back(KeyLife::entry_with(secret_text(pem), "production"));
    EXPECT_EQ(refused_fields(fixture, std::move(request)),
              Pointers{"/cryptoKeyInfoEnvironmentList/0/content"});
    auto whole = KeyLife::change_of("rsa");
    whole.environments.push_back(KeyLife::entry_with(secret_text(pem), "production"));
    whole.environments.push_back(KeyLife::entry_with(secret_text(pem), "staging", 1));
    EXPECT_TRUE(fixture.update(std::move(whole)).success);
    EXPECT_EQ(fixture.key("rsa").algorithm, Algorithm::ec);
}

TEST(UpdateRequest, WithAnotherKeyTypeNeedsContentForEveryEnvironment) {
    KeyLife fixture;
    const RsaPem pem = new_rsa();
    auto half = KeyLife::change_of("k");
    half.type = KeyType::private_key;
    half.environments.push_back(KeyLife::entry_with(secret_text(pem.private_key), "production"));
    const auto pointers = refused_fields(fixture, std::move(half));
    EXPECT_NE(std::ranges::find(pointers, "/keyType"), pointers.end());
    auto whole = KeyLife::change_of("k");
    whole.type = KeyType::private_key;
    whole.environments.push_back(KeyLife::entry_with(secret_text(pem.private_key), "production"));
    whole.environments.push_back(KeyLife::entry_with(secret_text(pem.private_key), "staging", 1));
    EXPECT_TRUE(fixture.update(std::move(whole)).success);
    EXPECT_EQ(fixture.key().type, KeyType::private_key);
    EXPECT_EQ(fixture.key().algorithm, Algorithm::rsa);
    EXPECT_EQ(fixture.production->objects(), 2U);
}

TEST(UpdateRequest, WithAnotherAlgorithmIsAllOrNothing) {
    KeyLife fixture;
    const Key old = fixture.key();
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    auto request = KeyLife::renewal("k", {"production", "staging"});
    request.algorithm = Algorithm::hmac;
    EXPECT_EQ(error_of([&] { fixture.update(std::move(request)); }).kind(), ErrorKind::hsm_unavailable);
    const Key now = fixture.key();
    EXPECT_EQ(now.algorithm, Algorithm::aes);
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.staging->objects(), 1U);
}

TEST(UpdateRequest, WithAnotherAlgorithmDoesNotWaitForAnEnvironmentThatIsBeingUndeployed) {
    KeyLife fixture;
    fixture.staging->set_reachable(false);
    fixture.undeploy("k", "staging");
    auto request = KeyLife::renewal("k", {"production"});
    request.algorithm = Algorithm::hmac;
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    EXPECT_EQ(fixture.key().algorithm, Algorithm::hmac);
}

TEST(UpdateRequest, WithoutAnAlgorithmTakesNewOctetsForTheSameOne) {
    KeyLife fixture;
    auto hmac = ServiceFixture::aes_request("mac", {"production"});
    hmac.algorithm = Algorithm::hmac;
    fixture.create(hmac);
    EXPECT_TRUE(fixture.update(KeyLife::renewal("mac", {"production"})).success);
    EXPECT_EQ(fixture.key("mac").algorithm, Algorithm::hmac);
}

CreateKeyRequest hmac_request(const std::string& name) {
    auto request = ServiceFixture::aes_request(name, {"production", "staging"});
    request.algorithm = Algorithm::hmac;
    return request;
}

TEST(UpdateRequest, NarrowsTheMechanismsWithoutContent) {
    KeyLife fixture;
    fixture.create(hmac_request("mac"));
    auto request = KeyLife::change_of("mac");
    request.mechanisms = MechanismList{"SHA256-HMAC"};
    const auto imports = fixture.production->imports();
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    EXPECT_EQ(fixture.key("mac").mechanisms, MechanismList{"SHA256-HMAC"});
    auto wider = KeyLife::change_of("mac");
    wider.mechanisms = MechanismList{"SHA512-HMAC", "SHA256-HMAC"};
    EXPECT_TRUE(fixture.update(std::move(wider)).success);
    EXPECT_EQ(fixture.key("mac").mechanisms, (MechanismList{"SHA256-HMAC", "SHA512-HMAC"}));
    EXPECT_EQ(fixture.production->imports(), imports);
}

TEST(UpdateRequest, WithAMechanismWhoseUseTheObjectsWereNotMadeForNeedsContent) {
    KeyLife fixture;
    auto alone = KeyLife::change_of("k");
    alone.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_EQ(refused_fields(fixture, std::move(alone)), Pointers{"/mechanisms"});
    auto half = KeyLife::renewal("k", {"production"});
    half.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_EQ(refused_fields(fixture, std::move(half)), Pointers{"/mechanisms"});
    auto whole = KeyLife::renewal("k", {"production", "staging"});
    whole.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_TRUE(fixture.update(std::move(whole)).success);
    EXPECT_EQ(fixture.key().mechanisms, MechanismList{"AES-CMAC"});
    EXPECT_EQ(fixture.key().deployments[1].uses, KeyUsages{KeyUsage::sign_verify});
}

UpdateKeyRequest mechanism_change(const std::string& name, MechanismList mechanisms) {
    auto request = KeyLife::change_of(name);
    request.mechanisms = std::move(mechanisms);
    return request;
}

/// A renewal of `k` in these environments with another mechanism.
UpdateKeyRequest renewal_for(const std::vector<std::string>& environments, const std::string& mechanism) {
    auto request = KeyLife::renewal("k", environments);
    request.mechanisms = MechanismList{mechanism};
    return request;
}

TEST(UpdateRequest, OfAnAesKeysModeNeedsContentInEveryEnvironment) {
    KeyLife fixture;
    for (const char* mode : {"AES-CTR", "AES-CBC-PAD", "AES-ECB", "AES-CMAC"}) {
        SCOPED_TRACE(mode);
        EXPECT_EQ(refused_fields(fixture, mechanism_change("k", {mode})), Pointers{"/mechanisms"});
        EXPECT_EQ(refused_fields(fixture, renewal_for({"staging"}, mode)), Pointers{"/mechanisms"});
        EXPECT_EQ(fixture.key().mechanisms, MechanismList{"AES-GCM"});
    }
    EXPECT_TRUE(fixture.update(renewal_for({"production", "staging"}, "AES-CTR")).success);
    EXPECT_EQ(fixture.key().mechanisms, MechanismList{"AES-CTR"});
    EXPECT_EQ(refused_fields(fixture, mechanism_change("k", {"AES-GCM"})), Pointers{"/mechanisms"});
}

TEST(UpdateRequest, OfAnAesKeysModeNeedsContentWhereTheObjectIsMissingToo) {
    KeyLife fixture;
    const auto id = *fixture.key().deployments.front().object_id;
    ASSERT_TRUE(fixture.catalogue->deployments.mark_missing(id, "not found", {}));
    ASSERT_EQ(fixture.key().deployments.front().state, DeploymentState::failed);
    EXPECT_EQ(refused_fields(fixture, renewal_for({"staging"}, "AES-CTR")), Pointers{"/mechanisms"});
}

TEST(UpdateRequest, OfAnAesKeysModeIsAllOrNothing) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    const auto before = fixture.key();
    EXPECT_EQ(error_of([&] {
                  fixture.update(renewal_for({"production", "staging"}, "AES-CTR"));
              }).kind(),
              ErrorKind::hsm_unavailable);
    EXPECT_EQ(fixture.key().mechanisms, MechanismList{"AES-GCM"});
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(fixture.key().deployments[i].object_id, before.deployments[i].object_id);
}

TEST(UpdateRequest, OfAnAesKeysModeNeedsNoContentWhereTheKeyIsNotDeployed) {
    KeyLife fixture;
    fixture.undeploy("k", "production");
    EXPECT_EQ(refused_fields(fixture, mechanism_change("k", {"AES-CTR"})), Pointers{"/mechanisms"});
    EXPECT_TRUE(fixture.update(renewal_for({"staging"}, "AES-CTR")).success);
    fixture.undeploy("k", "staging");
    EXPECT_TRUE(fixture.update(mechanism_change("k", {"AES-GCM"})).success);
    EXPECT_EQ(fixture.key().mechanisms, MechanismList{"AES-GCM"});
}

TEST(UpdateRequest, LimitsNewObjectsToTheMechanismsOfTheKey) {
    KeyLife fixture;
    ASSERT_TRUE(fixture.update(renewal_for({"production", "staging"}, "AES-CTR")).success);
    const auto outcome_of = [&](const char* mechanism) {
        CryptoRequest operation;
        operation.mechanism = find_mechanism(mechanism);
        operation.iv = Bytes(operation.mechanism->iv_size);
        operation.input = SecretBytes(16);
        return fixture.staging
            ->operate(*fixture.key().deployments[1].object_id, CryptoOperation::encrypt,
                      std::span(&operation, 1))
            .front()
            .kind;
    };
    EXPECT_EQ(outcome_of("AES-CTR"), CryptoResult::Kind::done);
    EXPECT_EQ(outcome_of("AES-GCM"), CryptoResult::Kind::not_offered);
}

TEST(UpdateRequest, OfAnRsaKeysPurposesMayDropOneAndNeverAddOneWithoutContent) {
    KeyLife fixture;
    create_rsa(fixture, KeyType::private_key, new_rsa());
    EXPECT_TRUE(fixture.update(mechanism_change("rsa", {"SHA384-RSA-PKCS-PSS", "RSA-PKCS-OAEP"})).success);
    EXPECT_TRUE(fixture.update(mechanism_change("rsa", {"SHA256-RSA-PKCS", "RSA-PKCS-OAEP"})).success);
    EXPECT_TRUE(fixture.update(mechanism_change("rsa", {"SHA256-RSA-PKCS"})).success);
    EXPECT_EQ(refused_fields(fixture, mechanism_change("rsa", {"RSA-PKCS-OAEP"})), Pointers{"/mechanisms"});
    EXPECT_EQ(refused_fields(fixture, mechanism_change("rsa", {"RSA-PKCS"})), Pointers{"/mechanisms"});
    EXPECT_TRUE(fixture.update(mechanism_change("rsa", {"SHA512-RSA-PKCS-PSS", "SHA384-RSA-PKCS"})).success);
    EXPECT_EQ(fixture.key("rsa").mechanisms, (MechanismList{"SHA384-RSA-PKCS", "SHA512-RSA-PKCS-PSS"}));
}

TEST(UpdateRequest, ToOrFromRsaPkcsDecryptionNeedsContent) {
    KeyLife fixture;
    const RsaPem pem = new_rsa();
    create_rsa(fixture, KeyType::private_key, pem);
    const auto with_content = [&](MechanismList mechanisms) {
        auto request = mechanism_change("rsa", std::move(mechanisms));
        for (const char* environment : {"production", "staging"})
            request.environments.push_back(
                KeyLife::entry_with(secret_text(pem.private_key), environment, request.environments.size()));
        return request;
    };
    EXPECT_EQ(refused_fields(fixture, with_content({"RSA-PKCS", "SHA256-RSA-PKCS"})),
              Pointers{"/mechanisms"});
    EXPECT_TRUE(fixture.update(with_content({"RSA-PKCS"})).success);
    EXPECT_EQ(refused_fields(fixture, mechanism_change("rsa", {"RSA-PKCS-OAEP"})), Pointers{"/mechanisms"});
    EXPECT_EQ(refused_fields(fixture, mechanism_change("rsa", {"SHA256-RSA-PKCS"})), Pointers{"/mechanisms"});
    EXPECT_TRUE(fixture.update(with_content({"SHA256-RSA-PKCS"})).success);
}

/// Gives the key `name` mechanisms that were allowed before there was a rule.
void age(KeyLife& fixture, const std::string& name, const MechanismList& mechanisms) {
    Key key = fixture.key(name);
    key.mechanisms = mechanisms;
    ASSERT_TRUE(
        fixture.catalogue->keys.commit_update(key, {}, {"this-process", {}, fixture.now, {}, {}}, {}));
}

TEST(UpdateRequest, OfAKeyWithMechanismsOfBeforeTheRuleTakesThemBackAndNarrowsThem) {
    KeyLife fixture;
    age(fixture, "k", {"AES-GCM", "AES-CTR"});
    ASSERT_EQ(fixture.key().mechanisms, (MechanismList{"AES-GCM", "AES-CTR"}));
    EXPECT_TRUE(fixture.update(posted_back(fixture.key())).success);
    EXPECT_EQ(refused_fields(fixture, mechanism_change("k", {"AES-CBC-PAD"})), Pointers{"/mechanisms"});
    EXPECT_EQ(refused_fields(fixture, KeyLife::renewal("k", {"production"})), Pointers{"/mechanisms"});
    EXPECT_TRUE(fixture.update(mechanism_change("k", {"AES-GCM"})).success);
    EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"production"})).success);
}

TEST(UpdateRequest, OfAKeyThatDecryptsByRsaPkcsBesideOtherThingsNeedsContent) {
    KeyLife fixture;
    create_rsa(fixture, KeyType::private_key, new_rsa());
    age(fixture, "rsa", {"SHA256-RSA-PKCS", "RSA-PKCS"});
    EXPECT_TRUE(fixture.update(posted_back(fixture.key("rsa"))).success);
    EXPECT_EQ(refused_fields(fixture, mechanism_change("rsa", {"SHA256-RSA-PKCS"})), Pointers{"/mechanisms"});
}

TEST(UpdateRequest, WarnsOfTwoPurposesWhereItBringsContent) {
    KeyLife fixture;
    const RsaPem pem = new_rsa();
    create_rsa(fixture, KeyType::private_key, pem);
    auto request = KeyLife::change_of("rsa");
    request.environments.push_back(KeyLife::entry_with(secret_text(pem.private_key), "production"));
    request.environments.push_back(KeyLife::entry_of("staging", 1));
    const auto report = fixture.update(std::move(request));
    ASSERT_EQ(report.environments[0].warnings.size(), 1U);
    EXPECT_EQ(report.environments[0].warnings[0].code, "two_purposes");
    EXPECT_TRUE(report.environments[1].warnings.empty());
}

TEST(UpdateRequest, WithANewUseIsAllOrNothing) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    auto request = KeyLife::renewal("k", {"production", "staging"});
    request.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_EQ(error_of([&] { fixture.update(std::move(request)); }).kind(), ErrorKind::hsm_unavailable);
    EXPECT_EQ(fixture.key().mechanisms, MechanismList{"AES-GCM"});
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(UpdateRequest, KeepsTheMechanismsWhenItNamesNone) {
    KeyLife fixture;
    ASSERT_TRUE(fixture.update(renewal_for({"production", "staging"}, "AES-CTR")).success);
    fixture.update(KeyLife::renewal("k", {"production"}));
    EXPECT_EQ(fixture.key().mechanisms, MechanismList{"AES-CTR"});
}

TEST(UpdateRequest, WithAMechanismOfAnotherAlgorithmIsRefused) {
    KeyLife fixture;
    auto request = KeyLife::change_of("k");
    request.mechanisms = MechanismList{"EDDSA"};
    EXPECT_EQ(refused_fields(fixture, std::move(request)), Pointers{"/mechanisms/0"});
}

/// Changes of properties that a key's environments share, without content.
std::vector<UpdateKeyRequest> shared_changes(const std::string& name) {
    std::vector<UpdateKeyRequest> all;
    all.push_back(KeyLife::change_of(name));
    all.back().description = "changed";
    all.push_back(mechanism_change(name, {"AES-CTR"}));
    all.push_back(KeyLife::change_of(name));
    all.back().algorithm = Algorithm::hmac;
    all.push_back(KeyLife::change_of(name));
    all.back().type = KeyType::public_key;
    return all;
}

void expect_shared_changes_forbidden(KeyLife& fixture, const std::string& missing,
                                     const std::string& name = "k") {
    for (bool dry_run : {false, true})
        for (UpdateKeyRequest& request : shared_changes(name)) {
            request.dry_run = dry_run;
            const auto error = error_of([&] { fixture.update(std::move(request)); });
            EXPECT_EQ(error.kind(), ErrorKind::forbidden) << error.what();
            EXPECT_NE(std::string(error.what()).find(missing), std::string::npos) << error.what();
        }
    EXPECT_EQ(error_of([&] { fixture.remove(name); }).kind(), ErrorKind::forbidden);
    EXPECT_EQ(fixture.key(name).description, "");
    EXPECT_EQ(fixture.key(name).mechanisms, MechanismList{"AES-GCM"});
}

TEST(UpdateRequest, OfWhatIsSharedNeedsBothPermissionsInEveryEnvironment) {
    KeyLife fixture;
    const auto& id = fixture.project.id;
    fixture.alice.grants = {{id, Permission::manage, {"staging"}},
                            {id, Permission::deploy_undeploy, {"staging"}}};
    expect_shared_changes_forbidden(fixture, "SECRETS:MANAGE");
    fixture.alice.grants = {{id, Permission::manage, {}}, {id, Permission::deploy_undeploy, {"staging"}}};
    expect_shared_changes_forbidden(fixture, "SECRETS:DEPLOY_UNDEPLOY");
    fixture.alice.grants = {{id, Permission::manage, {"staging"}},
                            {id, Permission::deploy_undeploy, {"production"}}};
    expect_shared_changes_forbidden(fixture, "SECRETS:");
}

TEST(UpdateRequest, OfWhatIsSharedMayComeFromSeveralGrants) {
    KeyLife fixture;
    const auto& id = fixture.project.id;
    fixture.alice.grants = {{id, Permission::manage, {"staging"}},
                            {id, Permission::manage, {"production"}},
                            {id, Permission::deploy_undeploy, {"staging"}},
                            {id, Permission::deploy_undeploy, {"production"}}};
    auto request = KeyLife::change_of("k");
    request.description = "changed";
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    EXPECT_TRUE(fixture.remove("k").success);
}

TEST(UpdateRequest, OfAKeyThatIsDeployedNowhereNeedsBothPermissionsInOneEnvironment) {
    KeyLife fixture;
    fixture.undeploy("k", "production");
    fixture.undeploy("k", "staging");
    const auto& id = fixture.project.id;
    fixture.alice.grants = {{id, Permission::manage, {"staging"}},
                            {id, Permission::deploy_undeploy, {"production"}}};
    expect_shared_changes_forbidden(fixture, "SECRETS:MANAGE and SECRETS:DEPLOY_UNDEPLOY");
    fixture.alice.grants = {{id, Permission::manage, {"staging"}},
                            {id, Permission::deploy_undeploy, {"staging"}}};
    auto request = KeyLife::change_of("k");
    request.description = "changed";
    EXPECT_TRUE(fixture.update(std::move(request)).success);
}

TEST(UpdateRequest, OfOneEnvironmentThatSaysAgainWhatIsSharedNeedsNoMoreThanThatOne) {
    KeyLife fixture;
    const auto& id = fixture.project.id;
    fixture.alice.grants = {{id, Permission::manage, {"staging"}},
                            {id, Permission::deploy_undeploy, {"staging"}}};
    auto request = KeyLife::renewal("k", {"staging"});
    request.description = fixture.key().description;
    request.mechanisms = fixture.key().mechanisms;
    request.algorithm = fixture.key().algorithm;
    EXPECT_TRUE(fixture.update(std::move(request)).success);
}

TEST(UpdateRequest, RefusesAnUnknownEnvironmentWithoutDecodingAnyContent) {
    KeyLife fixture;
    auto request = KeyLife::change_of("k");
    request.environments.push_back(KeyLife::entry_with(secret_text("no key"), "production", 0));
    request.environments.push_back(KeyLife::entry_with(secret_text("no key"), "nowhere", 1));
    const auto error = error_of([&] { fixture.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_EQ(std::string(error.what()), environment_not_found_text("nowhere"));
}

TEST(UpdateRequest, ReportsWrongFieldsBeforeAnUnknownEnvironment) {
    KeyLife fixture;
    auto request = KeyLife::renewal("k", {"nowhere"});
    request.mechanisms = MechanismList{"AES-XTS"};
    EXPECT_EQ(refused_fields(fixture, std::move(request)), Pointers{"/mechanisms/0"});
}

TEST(UpdateRequest, WithNullForTheAliasResetsItWhereThereIsContent) {
    KeyLife fixture;
    auto named = KeyLife::renewal("k", {"production"});
    named.environments.front().alias = "a label";
    ASSERT_TRUE(fixture.update(std::move(named)).success);
    auto left_alone = KeyLife::change_of("k");
    left_alone.environments.push_back(KeyLife::entry_of("production"));
    left_alone.environments.front().resets_alias = true;
    EXPECT_TRUE(fixture.update(std::move(left_alone)).success);
    EXPECT_EQ(fixture.key().deployments.front().alias, "a label");
    auto reset = KeyLife::renewal("k", {"production"});
    reset.environments.front().resets_alias = true;
    EXPECT_TRUE(fixture.update(std::move(reset)).success);
    EXPECT_EQ(fixture.key().deployments.front().alias, "");
}

UpdateKeyRequest renewal_with_alias(const std::string& name, const std::string& alias) {
    auto request = KeyLife::renewal(name, {"production"});
    request.environments.front().alias = alias;
    return request;
}

TEST(UpdateRequest, WithASlashInTheAliasNamesItsOwnProjectAndNoOther) {
    KeyLife fixture;
    for (const char* alias : {"Bank/key", "MyProject2/k", "/k", "myproject/k", "x/MyProject/k"})
        EXPECT_EQ(refused_fields(fixture, renewal_with_alias("k", alias)),
                  Pointers{"/cryptoKeyInfoEnvironmentList/0/alias"})
            << alias;
    EXPECT_TRUE(fixture.update(renewal_with_alias("k", "MyProject/another/k")).success);
    EXPECT_EQ(fixture.key().deployments.front().alias, "MyProject/another/k");
}

TEST(UpdateRequest, PostsBackAnAliasThatIsOlderThanTheRule) {
    KeyLife fixture;
    Key key = fixture.key();
    const ObjectId id = ObjectId::random();
    ASSERT_EQ(fixture.catalogue->keys.begin_update(
                  key.id, key.revision, {{id, key.id, "production", "this-process", fixture.now}}, {}),
              Begin::begun);
    key.deployments.front().object_id = id;
    key.deployments.front().alias = "Bank/key";
    ASSERT_TRUE(fixture.catalogue->keys.commit_update(key, {"production"},
                                                      {"this-process", {}, fixture.now, {}, {}}, {}));
    EXPECT_TRUE(fixture.update(posted_back(fixture.key())).success);
    EXPECT_TRUE(fixture.update(renewal_with_alias("k", "Bank/key")).success);
    EXPECT_TRUE(fixture.update(KeyLife::renewal("k", {"production"})).success);
    EXPECT_EQ(fixture.key().deployments.front().alias, "Bank/key");
    auto elsewhere = KeyLife::renewal("k", {"staging"});
    elsewhere.environments.front().alias = "Bank/key";
    EXPECT_EQ(refused_fields(fixture, std::move(elsewhere)),
              Pointers{"/cryptoKeyInfoEnvironmentList/0/alias"});
}

TEST(UpdateRequest, ThatMustBringContentIsRefusedWithout) {
    KeyLife fixture;
    auto request = posted_back(fixture.key());
    request.environments.pop_back();
    request.content_is_required = true;
    EXPECT_EQ(refused_fields(fixture, std::move(request)),
              Pointers{"/cryptoKeyInfoEnvironmentList/0/content"});
}

TEST(UpdateRequest, ThatMustBringContentIsRefusedWithoutInTheOlderFormToo) {
    KeyLife fixture;
    create_rsa(fixture, KeyType::rsa, new_rsa());
    auto request = KeyLife::change_of("rsa");
    request.environments.push_back(KeyLife::entry_of("production"));
    request.content_is_required = true;
    EXPECT_EQ(refused_fields(fixture, std::move(request)), Pointers{"/cryptoKeyInfoEnvironmentList/0"});
}

}  // namespace
}  // namespace keyward::service
