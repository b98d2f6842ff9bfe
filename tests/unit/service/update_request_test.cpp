#include <memory>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "tests/unit/service/key_life.hpp"

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

/// What a client sends that posts back a key as it was read: all that can be read, and nothing else.
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

void create_rsa(KeyLife& bench, KeyType type, const RsaPem& pem, const std::string& name = "rsa",
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
    ASSERT_TRUE(bench.create(request).success);
}

/// The pointers that an update is refused with; nothing may have been touched then.
std::vector<std::string> refused_fields(KeyLife& bench, UpdateKeyRequest request) {
    const auto imports = bench.production->imports() + bench.staging->imports();
    const auto trail = bench.audit_size();
    const auto error = error_of([&] { bench.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed) << error.what();
    EXPECT_EQ(bench.production->imports() + bench.staging->imports(), imports);
    EXPECT_EQ(bench.audit_size(), trail);
    return pointers_of(error);
}

using Pointers = std::vector<std::string>;

TEST(UpdateRequest, ThatPostsBackASecretKeyAsItWasReadChangesNothing) {
    KeyLife bench;
    const Key old = bench.key();
    const auto trail = bench.audit_size();
    bench.now += std::chrono::hours(1);
    const auto report = bench.update(posted_back(old));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Deployment completed successfully");
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].key_check_value, old.deployments[0].key_check_value);
    const Key now = bench.key();
    EXPECT_EQ(now.updated_at, old.updated_at);
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(bench.audit_size(), trail);
    EXPECT_EQ(bench.production->imports(), 1U);
}

class PostingBack : public testing::TestWithParam<KeyType> {};

TEST_P(PostingBack, AnRsaKeyAsItWasReadChangesNothing) {
    KeyLife bench;
    create_rsa(bench, GetParam(), new_rsa());
    const Key old = bench.key("rsa");
    ASSERT_FALSE(old.deployments[0].public_key_pem.empty());
    const auto trail = bench.audit_size();
    const auto imports = bench.production->imports();
    bench.now += std::chrono::hours(1);
    const auto report = bench.update(posted_back(old));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.environments[1].public_key_sha256, old.deployments[1].public_key_sha256);
    const Key now = bench.key("rsa");
    EXPECT_EQ(now.updated_at, old.updated_at);
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(bench.audit_size(), trail);
    EXPECT_EQ(bench.production->imports(), imports);
}

INSTANTIATE_TEST_SUITE_P(Of, PostingBack,
                         testing::Values(KeyType::rsa, KeyType::private_key, KeyType::public_key),
                         [](const auto& type) {
                             return std::string(type.param == KeyType::rsa           ? "TheOlderForm"
                                                : type.param == KeyType::private_key ? "PrivateKeys"
                                                                                     : "PublicKeys");
                         });

TEST(UpdateRequest, ThatPostsBackAKeyWithLeftOutFieldsChangesNothing) {
    KeyLife bench;
    const Key old = bench.key();
    bench.update(KeyLife::change_of("k"));
    EXPECT_EQ(bench.key().revision, old.revision);
}

TEST(UpdateRequest, ThatPostsBackAFailedEnvironmentSaysSoAndChangesNothing) {
    KeyLife bench;
    bench.staging->fail_next_import(TokenFault::full, "The token is full");
    bench.create(Workbench::aes_request("half", {"production", "staging"}));
    const Key old = bench.key("half");
    const auto report = bench.update(posted_back(old));
    EXPECT_FALSE(report.success);
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
    EXPECT_NE(report.environments[1].message.find("The token is full"), std::string::npos);
    EXPECT_EQ(bench.key("half").revision, old.revision);
}

TEST(UpdateRequest, WithTheStoredPublicKeyBesideNewContentReplacesIt) {
    KeyLife bench;
    create_rsa(bench, KeyType::private_key, new_rsa());
    const Key old = bench.key("rsa");
    auto request = posted_back(old);
    request.environments[0].content = secret_text(new_rsa().private_key);
    EXPECT_TRUE(bench.update(std::move(request)).success);
    EXPECT_NE(bench.key("rsa").deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(bench.key("rsa").deployments[1].object_id, old.deployments[1].object_id);
}

TEST(UpdateRequest, WithAnotherPublicKeyAndNoContentIsRefusedInTheNewerForm) {
    KeyLife bench;
    create_rsa(bench, KeyType::private_key, new_rsa());
    auto request = posted_back(bench.key("rsa"));
    request.environments[1].public_key = secret_text(new_rsa().public_key);
    EXPECT_EQ(refused_fields(bench, std::move(request)),
              Pointers{"/cryptoKeyInfoEnvironmentList/1/publicKey"});
}

TEST(UpdateRequest, WithAnotherPublicKeyReplacesTheKeyInTheOlderForm) {
    KeyLife bench;
    create_rsa(bench, KeyType::rsa, new_rsa());
    const Key old = bench.key("rsa");
    auto request = posted_back(old);
    request.environments[1].public_key = secret_text(new_rsa().public_key);
    EXPECT_TRUE(bench.update(std::move(request)).success);
    const Key now = bench.key("rsa");
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_NE(now.deployments[1].public_key_sha256, old.deployments[1].public_key_sha256);
    EXPECT_EQ(now.deployments[1].source, "publicKey");
}

TEST(UpdateRequest, WithThePrivateHalfOfTheStoredPublicKeyPutsItIntoTheToken) {
    KeyLife bench;
    const RsaPem pem = new_rsa();
    CreateKeyRequest creation;
    creation.name = "rsa";
    creation.type = KeyType::rsa;
    creation.environments.push_back(KeyLife::entry_of("production"));
    creation.environments[0].public_key = secret_text(pem.public_key);
    bench.create(creation);
    auto request = posted_back(bench.key("rsa"));
    request.environments[0].private_key = secret_text(pem.private_key);
    EXPECT_TRUE(bench.update(std::move(request)).success);
    EXPECT_EQ(bench.key("rsa").deployments[0].source, "publicKey+privateKey");
}

TEST(UpdateRequest, WithAnotherNameIsRefused) {
    KeyLife bench;
    auto request = KeyLife::renewal("k", {"production"});
    request.name = "another";
    EXPECT_EQ(refused_fields(bench, std::move(request)), Pointers{"/name"});
}

TEST(UpdateRequest, ReportsAllThatIsWrongAtOnce) {
    KeyLife bench;
    auto request = KeyLife::renewal("k", {"production"});
    request.name = "another";
    request.mechanisms = MechanismList{"EDDSA"};
    request.environments[0].content = secret_text("AAAA");
    const auto error = error_of([&] { bench.update(std::move(request), {{"/description", "is too long"}}); });
    const auto pointers = pointers_of(error);
    for (const char* pointer :
         {"/description", "/name", "/cryptoKeyInfoEnvironmentList/0/content", "/mechanisms/0"})
        EXPECT_NE(std::ranges::find(pointers, pointer), pointers.end()) << pointer;
}

TEST(UpdateRequest, WithAnotherAliasNeedsContent) {
    KeyLife bench;
    auto request = posted_back(bench.key());
    request.environments[1].alias = "another";
    EXPECT_EQ(refused_fields(bench, std::move(request)), Pointers{"/cryptoKeyInfoEnvironmentList/1/alias"});
    auto whole = KeyLife::renewal("k", {"staging"});
    whole.environments[0].alias = "another";
    EXPECT_TRUE(bench.update(std::move(whole)).success);
    EXPECT_EQ(bench.key().deployments[1].alias, "another");
    EXPECT_EQ(bench.key().deployments[0].alias, "");
}

TEST(UpdateRequest, WithTheLabelThatTheObjectHasAnywayIsNoOtherAlias) {
    KeyLife bench;
    auto request = posted_back(bench.key());
    request.environments[0].alias = "MyProject/k";
    EXPECT_TRUE(bench.update(std::move(request)).success);
    EXPECT_EQ(bench.production->imports(), 1U);
}

TEST(UpdateRequest, WithoutAnAliasKeepsTheOneThatIsThere) {
    KeyLife bench;
    auto first = KeyLife::renewal("k", {"staging"});
    first.environments[0].alias = "label";
    bench.update(std::move(first));
    bench.update(KeyLife::renewal("k", {"staging"}));
    EXPECT_EQ(bench.key().deployments[1].alias, "label");
}

TEST(UpdateRequest, WithoutContentForAnEnvironmentInWhichTheKeyIsNotIsRefused) {
    KeyLife bench;
    bench.create(Workbench::aes_request("one", {"production"}));
    auto request = KeyLife::change_of("one");
    request.environments.push_back(KeyLife::entry_of("staging"));
    EXPECT_EQ(refused_fields(bench, std::move(request)), Pointers{"/cryptoKeyInfoEnvironmentList/0/content"});
}

TEST(UpdateRequest, ForAnEnvironmentThatIsNotOfTheProjectIsRefusedWithTheContractsSentence) {
    KeyLife bench;
    for (const bool with_content : {true, false}) {
        auto request = KeyLife::change_of("k");
        request.environments.push_back(KeyLife::entry_of("nowhere"));
        if (with_content) request.environments[0].content = random_content();
        const auto error = error_of([&] { bench.update(std::move(request)); });
        EXPECT_EQ(error.kind(), ErrorKind::bad_request);
        EXPECT_STREQ(
            error.what(),
            "Environment (name: nowhere) is not found or user does not have privilege to access it!");
    }
}

TEST(UpdateRequest, WithContentForAnEnvironmentOutsideTheGrantIsRefusedWithTheSameSentence) {
    KeyLife bench;
    bench.alice.grants = {{bench.project.id, Permission::manage, {}},
                          {bench.project.id, Permission::deploy_undeploy, {"staging"}}};
    const auto error = error_of([&] { bench.update(KeyLife::renewal("k", {"staging", "production"})); });
    EXPECT_STREQ(error.what(),
                 "Environment (name: production) is not found or user does not have privilege to access it!");
    EXPECT_EQ(bench.staging->imports(), 1U);
    EXPECT_TRUE(bench.update(KeyLife::renewal("k", {"staging"})).success);
}

TEST(UpdateRequest, LearnsNothingOfAnEnvironmentThatTheCallerDoesNotSee) {
    KeyLife bench;
    bench.alice.grants = {{bench.project.id, Permission::manage, {"staging"}},
                          {bench.project.id, Permission::deploy_undeploy, {"staging"}}};
    auto request = KeyLife::change_of("k");
    request.environments.push_back(KeyLife::entry_of("production"));
    request.environments[0].alias = "guess";
    request.environments[0].expected_check_value = "000000";
    request.environments[0].public_key = secret_text("guess");
    const auto error = error_of([&] { bench.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_STREQ(error.what(),
                 "Environment (name: production) is not found or user does not have privilege to access it!");
}

TEST(UpdateRequest, WithTheStoredCheckValueIsAsGoodAsWithout) {
    KeyLife bench;
    auto request = posted_back(bench.key());
    request.environments[0].expected_check_value = bench.key().deployments[0].key_check_value;
    EXPECT_TRUE(bench.update(std::move(request)).success);
    auto wrong = posted_back(bench.key());
    wrong.environments[0].expected_check_value =
        bench.key().deployments[0].key_check_value == "000000" ? "000001" : "000000";
    EXPECT_EQ(refused_fields(bench, std::move(wrong)),
              Pointers{"/cryptoKeyInfoEnvironmentList/0/expectedKeyCheckValue"});
}

TEST(UpdateRequest, WithAnotherExpectedCheckValueForNewContentKeepsTheOldKey) {
    KeyLife bench;
    const Key old = bench.key();
    auto request = KeyLife::renewal("k", {"production"});
    request.environments[0].expected_check_value = "000000";
    EXPECT_EQ(error_of([&] { bench.update(std::move(request)); }).kind(), ErrorKind::validation_failed);
    EXPECT_EQ(bench.key().deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(bench.production->objects(), 1U);
}

TEST(UpdateRequest, WithAnotherAlgorithmNeedsContentForEveryEnvironment) {
    KeyLife bench;
    auto alone = KeyLife::change_of("k");
    alone.algorithm = Algorithm::hmac;
    EXPECT_EQ(refused_fields(bench, std::move(alone)), Pointers{"/algorithm"});
    auto half = KeyLife::renewal("k", {"production"});
    half.algorithm = Algorithm::hmac;
    const auto pointers = refused_fields(bench, std::move(half));
    EXPECT_NE(std::ranges::find(pointers, "/algorithm"), pointers.end());
    auto whole = KeyLife::renewal("k", {"staging", "production"});
    whole.algorithm = Algorithm::hmac;
    EXPECT_TRUE(bench.update(std::move(whole)).success);
    EXPECT_EQ(bench.key().algorithm, Algorithm::hmac);
    EXPECT_EQ(bench.key().mechanisms, default_mechanisms(Algorithm::hmac));
    EXPECT_EQ(bench.key().deployments[0].uses, UseSet{Use::signature});
}

TEST(UpdateRequest, WithContentOfAnotherAlgorithmForOneEnvironmentIsRefused) {
    KeyLife bench;
    create_rsa(bench, KeyType::private_key, new_rsa());
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> curve(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(out.get(), curve.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    const std::string pem(data, static_cast<std::size_t>(size));
    auto request = KeyLife::change_of("rsa");
    request.environments.push_back(KeyLife::entry_with(secret_text(pem), "production"));
    EXPECT_EQ(refused_fields(bench, std::move(request)), Pointers{"/cryptoKeyInfoEnvironmentList/0/content"});
    auto whole = KeyLife::change_of("rsa");
    whole.environments.push_back(KeyLife::entry_with(secret_text(pem), "production"));
    whole.environments.push_back(KeyLife::entry_with(secret_text(pem), "staging", 1));
    EXPECT_TRUE(bench.update(std::move(whole)).success);
    EXPECT_EQ(bench.key("rsa").algorithm, Algorithm::ec);
}

TEST(UpdateRequest, WithAnotherKeyTypeNeedsContentForEveryEnvironment) {
    KeyLife bench;
    const RsaPem pem = new_rsa();
    auto half = KeyLife::change_of("k");
    half.type = KeyType::private_key;
    half.environments.push_back(KeyLife::entry_with(secret_text(pem.private_key), "production"));
    const auto pointers = refused_fields(bench, std::move(half));
    EXPECT_NE(std::ranges::find(pointers, "/keyType"), pointers.end());
    auto whole = KeyLife::change_of("k");
    whole.type = KeyType::private_key;
    whole.environments.push_back(KeyLife::entry_with(secret_text(pem.private_key), "production"));
    whole.environments.push_back(KeyLife::entry_with(secret_text(pem.private_key), "staging", 1));
    EXPECT_TRUE(bench.update(std::move(whole)).success);
    EXPECT_EQ(bench.key().type, KeyType::private_key);
    EXPECT_EQ(bench.key().algorithm, Algorithm::rsa);
    EXPECT_EQ(bench.production->objects(), 2U);
}

TEST(UpdateRequest, WithAnotherAlgorithmIsAllOrNothing) {
    KeyLife bench;
    const Key old = bench.key();
    bench.staging->fail_next_import(TokenFault::full, "The token is full");
    auto request = KeyLife::renewal("k", {"production", "staging"});
    request.algorithm = Algorithm::hmac;
    EXPECT_EQ(error_of([&] { bench.update(std::move(request)); }).kind(), ErrorKind::hsm_unavailable);
    const Key now = bench.key();
    EXPECT_EQ(now.algorithm, Algorithm::aes);
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(bench.production->objects(), 1U);
    EXPECT_EQ(bench.staging->objects(), 1U);
}

TEST(UpdateRequest, WithAnotherAlgorithmDoesNotWaitForAnEnvironmentThatIsBeingUndeployed) {
    KeyLife bench;
    bench.staging->set_reachable(false);
    bench.undeploy("k", "staging");
    auto request = KeyLife::renewal("k", {"production"});
    request.algorithm = Algorithm::hmac;
    EXPECT_TRUE(bench.update(std::move(request)).success);
    EXPECT_EQ(bench.key().algorithm, Algorithm::hmac);
}

TEST(UpdateRequest, WithoutAnAlgorithmTakesNewOctetsForTheSameOne) {
    KeyLife bench;
    auto hmac = Workbench::aes_request("mac", {"production"});
    hmac.algorithm = Algorithm::hmac;
    bench.create(hmac);
    EXPECT_TRUE(bench.update(KeyLife::renewal("mac", {"production"})).success);
    EXPECT_EQ(bench.key("mac").algorithm, Algorithm::hmac);
}

CreateKeyRequest hmac_request(const std::string& name) {
    auto request = Workbench::aes_request(name, {"production", "staging"});
    request.algorithm = Algorithm::hmac;
    return request;
}

TEST(UpdateRequest, NarrowsTheMechanismsWithoutContent) {
    KeyLife bench;
    bench.create(hmac_request("mac"));
    auto request = KeyLife::change_of("mac");
    request.mechanisms = MechanismList{"SHA256-HMAC"};
    const auto imports = bench.production->imports();
    EXPECT_TRUE(bench.update(std::move(request)).success);
    EXPECT_EQ(bench.key("mac").mechanisms, MechanismList{"SHA256-HMAC"});
    auto wider = KeyLife::change_of("mac");
    wider.mechanisms = MechanismList{"SHA512-HMAC", "SHA256-HMAC"};
    EXPECT_TRUE(bench.update(std::move(wider)).success);
    EXPECT_EQ(bench.key("mac").mechanisms, (MechanismList{"SHA256-HMAC", "SHA512-HMAC"}));
    EXPECT_EQ(bench.production->imports(), imports);
}

TEST(UpdateRequest, WithAMechanismWhoseUseTheObjectsWereNotMadeForNeedsContent) {
    KeyLife bench;
    auto alone = KeyLife::change_of("k");
    alone.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_EQ(refused_fields(bench, std::move(alone)), Pointers{"/mechanisms"});
    auto half = KeyLife::renewal("k", {"production"});
    half.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_EQ(refused_fields(bench, std::move(half)), Pointers{"/mechanisms"});
    auto whole = KeyLife::renewal("k", {"production", "staging"});
    whole.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_TRUE(bench.update(std::move(whole)).success);
    EXPECT_EQ(bench.key().mechanisms, MechanismList{"AES-CMAC"});
    EXPECT_EQ(bench.key().deployments[1].uses, UseSet{Use::signature});
}

TEST(UpdateRequest, ChangesAMechanismOfTheSameUseWithoutContent) {
    KeyLife bench;
    auto request = KeyLife::change_of("k");
    request.mechanisms = MechanismList{"AES-CTR"};
    EXPECT_TRUE(bench.update(std::move(request)).success);
    EXPECT_EQ(bench.key().mechanisms, MechanismList{"AES-CTR"});
}

TEST(UpdateRequest, BackToMechanismsForWhichTheObjectsWereMadeNeedsNoContent) {
    KeyLife bench;
    create_rsa(bench, KeyType::private_key, new_rsa());
    for (const MechanismList& mechanisms :
         {MechanismList{"RSA-PKCS-OAEP"}, MechanismList{"SHA256-RSA-PKCS"}}) {
        auto request = KeyLife::change_of("rsa");
        request.mechanisms = mechanisms;
        EXPECT_TRUE(bench.update(std::move(request)).success);
        EXPECT_EQ(bench.key("rsa").mechanisms, mechanisms);
    }
}

TEST(UpdateRequest, WithANewUseIsAllOrNothing) {
    KeyLife bench;
    bench.staging->fail_next_import(TokenFault::full, "The token is full");
    auto request = KeyLife::renewal("k", {"production", "staging"});
    request.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_EQ(error_of([&] { bench.update(std::move(request)); }).kind(), ErrorKind::hsm_unavailable);
    EXPECT_EQ(bench.key().mechanisms, MechanismList{"AES-GCM"});
    EXPECT_EQ(bench.production->objects(), 1U);
}

TEST(UpdateRequest, KeepsTheMechanismsWhenItNamesNone) {
    KeyLife bench;
    auto request = KeyLife::change_of("k");
    request.mechanisms = MechanismList{"AES-CTR"};
    bench.update(std::move(request));
    bench.update(KeyLife::renewal("k", {"production"}));
    EXPECT_EQ(bench.key().mechanisms, MechanismList{"AES-CTR"});
}

TEST(UpdateRequest, WithAMechanismOfAnotherAlgorithmIsRefused) {
    KeyLife bench;
    auto request = KeyLife::change_of("k");
    request.mechanisms = MechanismList{"EDDSA"};
    EXPECT_EQ(refused_fields(bench, std::move(request)), Pointers{"/mechanisms/0"});
}

TEST(UpdateRequest, OfMechanismsByWhomDoesNotManageEveryEnvironmentIsForbidden) {
    KeyLife bench;
    bench.alice.grants = {{bench.project.id, Permission::manage, {"staging"}},
                          {bench.project.id, Permission::deploy_undeploy, {"staging"}}};
    auto request = KeyLife::change_of("k");
    request.mechanisms = MechanismList{"AES-CTR"};
    const auto error = error_of([&] { bench.update(std::move(request)); });
    EXPECT_EQ(error.kind(), ErrorKind::forbidden);
    EXPECT_NE(std::string(error.what()).find("SECRETS:MANAGE"), std::string::npos);
    EXPECT_EQ(bench.key().mechanisms, MechanismList{"AES-GCM"});
}

TEST(UpdateRequest, ThatMustBringContentIsRefusedWithout) {
    KeyLife bench;
    auto request = posted_back(bench.key());
    request.environments.pop_back();
    request.content_is_required = true;
    EXPECT_EQ(refused_fields(bench, std::move(request)), Pointers{"/cryptoKeyInfoEnvironmentList/0/content"});
}

TEST(UpdateRequest, ThatMustBringContentIsRefusedWithoutInTheOlderFormToo) {
    KeyLife bench;
    create_rsa(bench, KeyType::rsa, new_rsa());
    auto request = KeyLife::change_of("rsa");
    request.environments.push_back(KeyLife::entry_of("production"));
    request.content_is_required = true;
    EXPECT_EQ(refused_fields(bench, std::move(request)), Pointers{"/cryptoKeyInfoEnvironmentList/0"});
}

}  // namespace
}  // namespace keyward::service
