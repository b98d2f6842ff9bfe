// Updates that change the algorithm or the mechanisms of a key.
#include <gtest/gtest.h>

#include "tests/unit/service/lifecycle/update_request_fixture.hpp"

namespace keyward::service {
namespace {

using keys::Algorithm;
using keys::KeyType;

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

}  // namespace
}  // namespace keyward::service
