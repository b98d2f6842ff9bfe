#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "domain/key_text.hpp"
#include "tests/fakes/forwarding_stores.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

TEST(CreateKey, PutsTheKeyIntoEveryEnvironmentItNamesInTheRequestsOrder) {
    ServiceFixture fixture;
    const auto report = fixture.create(ServiceFixture::aes_request("k", {"staging", "production"}));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Deployment completed successfully");
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].environment, "staging");
    EXPECT_EQ(report.environments[1].environment, "production");
    EXPECT_EQ(report.environments[0].message, "Deployed successfully");
    EXPECT_EQ(report.environments[0].key_check_value.size(), 6U);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.staging->objects(), 1U);
}

TEST(CreateKey, CommitsTheKeyWithTheObjectsItMadeAndLeavesNoIntent) {
    ServiceFixture fixture;
    fixture.create(ServiceFixture::aes_request("k", {"production"}));
    const auto key = fixture.catalogue->keys.find_key(fixture.project.id, "k");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->state, KeyState::active);
    EXPECT_EQ(key->mechanisms, MechanismList{"AES-GCM"});
    ASSERT_EQ(key->deployments.size(), 1U);
    EXPECT_EQ(key->deployments[0].state, DeploymentState::deployed);
    EXPECT_EQ(key->deployments[0].size, 256);
    EXPECT_EQ(key->deployments[0].source, "content");
    EXPECT_EQ(fixture.production->count(*key->deployments[0].object_id), 1U);
    EXPECT_TRUE(fixture.catalogue->changes.intents().empty());
    EXPECT_TRUE(fixture.catalogue->changes.tombstones().empty());
    EXPECT_TRUE(fixture.in_flight.all().empty());
}

TEST(CreateKey, WritesTheIntentBeforeTheTokenIsTouched) {
    ServiceFixture fixture;
    fixture.production->block_imports();
    std::thread request([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); });
    fixture.production->wait_for_blocked(1);
    EXPECT_EQ(fixture.catalogue->changes.intents().size(), 1U);
    EXPECT_EQ(fixture.catalogue->keys.find_key(fixture.project.id, "k")->state, KeyState::creating);
    fixture.production->release_imports();
    request.join();
}

TEST(CreateKey, ImportsIntoSeveralEnvironmentsAtTheSameTime) {
    ServiceFixture fixture;
    fixture.production->block_imports();
    fixture.staging->block_imports();
    std::thread request([&] { fixture.create(ServiceFixture::aes_request("k", {"production", "staging"})); });
    fixture.production->wait_for_blocked(1);
    fixture.staging->wait_for_blocked(1);
    fixture.production->release_imports();
    fixture.staging->release_imports();
    request.join();
}

TEST(CreateKey, ATakenNameIsRefusedWithTheContractsSentence) {
    ServiceFixture fixture;
    fixture.create(ServiceFixture::aes_request("my-key", {"production"}));
    const auto error =
        error_of([&] { fixture.create(ServiceFixture::aes_request("my-key", {"production"})); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_STREQ(error.what(),
                 "Key (name: my-key) is already exist! Try update operation if want to change its value.");
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(CreateKey, OneOfManyConcurrentCreatesOfOneNameWins) {
    ServiceFixture fixture;
    std::atomic<int> created = 0;
    std::atomic<int> refused = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 32; ++i)
        clients.emplace_back([&] {
            try {
                fixture.create(ServiceFixture::aes_request("k", {"production", "staging"}));
                ++created;
            } catch (const ServiceError& error) {
                refused += error.kind() == ErrorKind::bad_request ? 1 : 0;
            }
        });
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(created, 1);
    EXPECT_EQ(refused, 31);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.staging->objects(), 1U);
}

TEST(CreateKey, AnEnvironmentThatFailsIsReportedAndTheOtherKept) {
    ServiceFixture fixture;
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    const auto report = fixture.create(ServiceFixture::aes_request("k", {"production", "staging"}));
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Deployment failed in 1 of 2 environments");
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
    EXPECT_EQ(report.environments[1].message, "The token is full");
    const auto key = fixture.catalogue->keys.find_key(fixture.project.id, "k");
    EXPECT_EQ(key->deployments[1].state, DeploymentState::failed);
    EXPECT_EQ(key->deployments[1].failure, "The token is full");
    EXPECT_FALSE(key->deployments[1].object_id);
}

TEST(CreateKey, WithRollbackOneFailureUndoesAll) {
    ServiceFixture fixture;
    fixture.staging->fail_next_import(TokenFault::unreachable, "The token is gone");
    auto request = ServiceFixture::aes_request("k", {"production", "staging"});
    request.roll_back_on_failure = true;
    const auto error = error_of([&] { fixture.create(request); });
    EXPECT_EQ(error.kind(), ErrorKind::hsm_unavailable);
    EXPECT_STREQ(error.what(), "Nothing was deployed. staging: The token is gone");
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_FALSE(fixture.catalogue->keys.find_key(fixture.project.id, "k"));
}

TEST(CreateKey, WhenEveryEnvironmentFailsTheNameIsFree) {
    ServiceFixture fixture;
    fixture.production->fail_next_import(TokenFault::unreachable, "The token is gone");
    const auto error = error_of([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); });
    EXPECT_EQ(error.kind(), ErrorKind::hsm_unavailable);
    EXPECT_TRUE(fixture.create(ServiceFixture::aes_request("k", {"production"})).success);
}

TEST(CreateKey, WhenEveryTokenRefusesTheClientIsToldWherePerEnvironment) {
    ServiceFixture fixture;
    fixture.production->fail_next_import(TokenFault::refused, "takes no such key");
    fixture.staging->fail_next_import(TokenFault::mismatch, "reports another check value");
    const auto error = error_of([&] {
        fixture.create(ServiceFixture::aes_request("k", {"production", "staging"}));
    });
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed);
    ASSERT_EQ(error.details().size(), 2U);
    EXPECT_EQ(error.details()[0].pointer, "/cryptoKeyInfoEnvironmentList/0");
    EXPECT_EQ(error.details()[1].message, "reports another check value");
}

TEST(CreateKey, TellsProgramsWhyAnEnvironmentFailed) {
    const std::vector<std::pair<TokenFault, FailureCode>> expected{
        {TokenFault::refused, FailureCode::refused_by_token},
        {TokenFault::wrong_value, FailureCode::check_value_mismatch},
        {TokenFault::mismatch, FailureCode::unproved},
        {TokenFault::full, FailureCode::token_full},
        {TokenFault::failed, FailureCode::hsm_unavailable},
        {TokenFault::unreachable, FailureCode::hsm_unavailable},
        {TokenFault::pin, FailureCode::hsm_unavailable},
        {TokenFault::busy, FailureCode::hsm_unavailable},
        {TokenFault::missing, FailureCode::not_found}};
    ServiceFixture fixture;
    for (const auto& [fault, code] : expected) {
        fixture.staging->fail_next_import(fault, "The token has its reasons");
        const auto results =
            fixture
                .create(ServiceFixture::aes_request("k" + std::to_string(static_cast<int>(fault)),
                                                    {"production", "staging"}))
                .environments;
        EXPECT_FALSE(results[0].code);
        EXPECT_EQ(results[1].code, code) << to_string(code);
    }
}

TEST(CreateKey, WhenOneTokenRefusesAndAnotherIsGoneItIsNotTheClientsFault) {
    ServiceFixture fixture;
    fixture.production->fail_next_import(TokenFault::refused, "takes no such key");
    fixture.staging->fail_next_import(TokenFault::unreachable, "is gone");
    const auto error = error_of([&] {
        fixture.create(ServiceFixture::aes_request("k", {"production", "staging"}));
    });
    EXPECT_EQ(error.kind(), ErrorKind::hsm_unavailable);
}

TEST(CreateKey, AnImportWhoseAnswerWasLostLeavesATombstoneForItsObject) {
    ServiceFixture fixture;
    fixture.production->lose_next_answer();
    error_of([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); });
    ASSERT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
    EXPECT_EQ(fixture.production->count(fixture.catalogue->changes.tombstones()[0].object_id), 1U);
    EXPECT_FALSE(fixture.catalogue->keys.find_key(fixture.project.id, "k"));
}

TEST(CreateKey, AnImportThatOutlivesItsDeadlineIsTakenBackWhenItEnds) {
    ServiceFixture fixture(std::chrono::milliseconds(50));
    fixture.production->block_imports();
    const auto error = error_of([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); });
    EXPECT_STREQ(
        error.what(),
        "Nothing was deployed. production: The token of environment production did not answer within 50 ms");
    ASSERT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
    EXPECT_EQ(fixture.in_flight.all().size(), 1U);
    fixture.production->release_imports();
    EXPECT_TRUE(fixture.environments.find("production")->stop(std::chrono::seconds(10)));
    EXPECT_EQ(fixture.production->imports(), 1U);
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_TRUE(fixture.in_flight.all().empty());
}

TEST(CreateKey, ACallThatWasNeverStartedLeavesNoTombstone) {
    ServiceFixture fixture(std::chrono::milliseconds(50));
    fixture.production->block_imports();
    for (int i = 0; i < 2; ++i)
        error_of([&] {
            fixture.create(ServiceFixture::aes_request("hangs" + std::to_string(i), {"production"}));
        });
    ASSERT_EQ(fixture.catalogue->changes.tombstones().size(), 2U);
    error_of([&] { fixture.create(ServiceFixture::aes_request("waits", {"production"})); });
    EXPECT_EQ(fixture.catalogue->changes.tombstones().size(), 2U);
    EXPECT_EQ(fixture.production->imports(), 2U);
}

TEST(CreateKey, AnEnvironmentThatIsNotOfTheProjectIsNotFound) {
    ServiceFixture fixture;
    fixture.catalogue->projects.create_project("Other", {"production"}, {});
    const Project other = *fixture.catalogue->projects.find_project("Other");
    Caller admin = fixture.alice;
    admin.grants = {{"", Permission::admin, {}}};
    const auto error = error_of([&] {
        CreateKey(fixture.service_context())
            .run(admin, other, ServiceFixture::aes_request("k", {"staging"}), {});
    });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_STREQ(error.what(),
                 "Environment (name: staging) is not found or user does not have privilege to access it!");
    EXPECT_FALSE(fixture.catalogue->keys.find_key(other.id, "k"));
}

TEST(CreateKey, AnEnvironmentOutsideTheGrantIsNotFound) {
    ServiceFixture fixture;
    fixture.alice.grants = {{fixture.project.id, Permission::manage, {}},
                            {fixture.project.id, Permission::deploy_undeploy, {"staging"}}};
    EXPECT_TRUE(fixture.create(ServiceFixture::aes_request("a", {"staging"})).success);
    const auto error = error_of([&] { fixture.create(ServiceFixture::aes_request("b", {"production"})); });
    EXPECT_STREQ(error.what(),
                 "Environment (name: production) is not found or user does not have privilege to access it!");
}

TEST(CreateKey, WhatTheReaderFoundWrongIsReportedWithWhatDecodingFinds) {
    ServiceFixture fixture;
    auto request = ServiceFixture::aes_request("k", {"production"});
    std::string content = "AAAA";
    request.environments[0].content = SecretBytes::take(content);
    const auto error = error_of([&] { fixture.create(request, {{"/name", "must not be empty"}}); });
    ASSERT_EQ(error.details().size(), 2U);
    EXPECT_EQ(error.details()[0].pointer, "/name");
    EXPECT_EQ(error.details()[1].pointer, "/cryptoKeyInfoEnvironmentList/0/content");
}

TEST(CreateKey, AllEnvironmentsMustBeOfOneAlgorithm) {
    ServiceFixture fixture;
    auto request = ServiceFixture::aes_request("k", {"production", "staging"});
    std::string des = to_base64(random_secret(8).reveal());
    request.environments[1].content = SecretBytes::take(des);
    const auto error = error_of([&] { fixture.create(request); });
    ASSERT_EQ(error.details().size(), 1U);
    EXPECT_EQ(error.details()[0].pointer, "/cryptoKeyInfoEnvironmentList/1/content");
    EXPECT_EQ(error.details()[0].message,
              "is a key for DES, but an environment before it has one for AES; all must be of one algorithm");
}

TEST(CreateKey, AMechanismOfAnotherAlgorithmIsRefusedWithThoseThatFit) {
    ServiceFixture fixture;
    auto request = ServiceFixture::aes_request("k", {"production"});
    request.mechanisms = MechanismList{"EDDSA"};
    const auto error = error_of([&] { fixture.create(request); });
    ASSERT_EQ(error.details().size(), 1U);
    EXPECT_EQ(error.details()[0].pointer, "/mechanisms/0");
    EXPECT_EQ(error.details()[0].message,
              "is not a mechanism of AES keys; choose from AES-GCM, AES-CBC-PAD, AES-CTR, AES-ECB, AES-CMAC");
}

TEST(CreateKey, AnAesKeyHasOneMechanismBecauseAnotherOpensWhatTheFirstClosed) {
    ServiceFixture fixture;
    auto request = ServiceFixture::aes_request("k", {"production"});
    request.mechanisms = MechanismList{"AES-GCM", "AES-CTR"};
    const auto error = error_of([&] { fixture.create(request); });
    ASSERT_EQ(error.details().size(), 1U);
    EXPECT_EQ(error.details()[0].pointer, "/mechanisms");
    request.mechanisms = MechanismList{"AES-CMAC"};
    EXPECT_TRUE(fixture.create(request).success);
}

TEST(CreateKey, AnExpectedCheckValueOfTheWrongFormIsRefusedAndNotRepeated) {
    ServiceFixture fixture;
    auto request = ServiceFixture::aes_request("k", {"production"});
    request.environments[0].expected_check_value = "zz-not-hex";
    const auto error = error_of([&] { fixture.create(request); });
    ASSERT_EQ(error.details().size(), 1U);
    EXPECT_EQ(error.details()[0].pointer, "/cryptoKeyInfoEnvironmentList/0/expectedKeyCheckValue");
    EXPECT_EQ(error.details()[0].message, "must be 6 hexadecimal digits");
    EXPECT_EQ(fixture.production->imports(), 0U);
}

TEST(CreateKey, AnAlgorithmThatDoesNotGoWithTheKeyTypeIsRefusedOnce) {
    ServiceFixture fixture;
    auto request = ServiceFixture::aes_request("k", {"production", "staging"});
    request.algorithm = keys::Algorithm::rsa;
    const auto error = error_of([&] { fixture.create(request); });
    ASSERT_EQ(error.details().size(), 1U);
    EXPECT_EQ(error.details()[0].pointer, "/algorithm");
    EXPECT_EQ(error.details()[0].message,
              "RSA does not go with the keyType SECRET_KEY; choose from AES, DES, DESede, HMAC");
}

TEST(CreateKey, AnIntentThatWasSettledByOthersMeanwhileIsNotCommitted) {
    ServiceFixture fixture;
    fixture.production->block_imports();
    std::thread request([&] {
        const auto error =
            error_of([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); });
        EXPECT_EQ(error.kind(), ErrorKind::hsm_unavailable);
    });
    fixture.production->wait_for_blocked(1);
    const Instant later = fixture.now + std::chrono::hours(1);
    EXPECT_EQ(fixture.catalogue->changes.resolve_expired_intents(later, "another-process", later, {}), 1U);
    fixture.production->release_imports();
    request.join();
    EXPECT_FALSE(fixture.catalogue->keys.find_key(fixture.project.id, "k"));
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_EQ(fixture.catalogue->changes.tombstones().size(), 1U);
}

/// A store whose commit fails, before it is done or after, so that only its answer is lost.
class FailingCommit : public ForwardingKeyStore {
  public:
    enum class When { before, after };
    FailingCommit(const Catalogue& real, When when) : ForwardingKeyStore(real), when_(when) {}

    bool commit_create(const Key& key, const ChangeResolution& resolution,
                       const AuditRecord& audit) override {
        if (when_ == When::after) next_.commit_create(key, resolution, audit);
        throw CatalogueError("the connection was lost");
    }

  private:
    When when_;
};

TEST(CreateKey, ACommitWhoseAnswerWasLostIsLookedUpAndItsObjectsStay) {
    ServiceFixture fixture;
    CatalogueWith<FailingCommit> catalogue(*fixture.catalogue, FailingCommit::When::after);
    auto service_context = fixture.service_context();
    const ServiceContext failing{catalogue, service_context.environments, service_context.in_flight,
                                 {},        service_context.owner,        service_context.clock};
    const auto report = CreateKey(failing).run(fixture.alice, fixture.project,
                                               ServiceFixture::aes_request("k", {"production"}), {});
    EXPECT_TRUE(report.success);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.catalogue->keys.find_key(fixture.project.id, "k")->state, KeyState::active);
    EXPECT_TRUE(fixture.catalogue->changes.tombstones().empty());
}

TEST(CreateKey, ACommitThatFailedIsTakenBackWithItsObjects) {
    ServiceFixture fixture;
    CatalogueWith<FailingCommit> catalogue(*fixture.catalogue, FailingCommit::When::before);
    auto service_context = fixture.service_context();
    const ServiceContext failing{catalogue, service_context.environments, service_context.in_flight,
                                 {},        service_context.owner,        service_context.clock};
    EXPECT_THROW(CreateKey(failing).run(fixture.alice, fixture.project,
                                        ServiceFixture::aes_request("k", {"production"}), {}),
                 CatalogueError);
    EXPECT_EQ(fixture.production->objects(), 0U);
    EXPECT_FALSE(fixture.catalogue->keys.find_key(fixture.project.id, "k"));
}

TEST(CreateKey, MechanismsAreCheckedAlsoWhenTheContentIsWrong) {
    ServiceFixture fixture;
    auto request = ServiceFixture::aes_request("k", {"production"});
    request.algorithm = keys::Algorithm::aes;
    request.mechanisms = MechanismList{"Q", "Q"};
    std::string content = "AAAA";
    request.environments[0].content = SecretBytes::take(content);
    const auto error = error_of([&] { fixture.create(request); });
    std::vector<std::string> pointers;
    for (const auto& detail : error.details())
        pointers.push_back(detail.pointer);
    EXPECT_EQ(pointers, (std::vector<std::string>{"/cryptoKeyInfoEnvironmentList/0/content", "/mechanisms/0",
                                                  "/mechanisms/1", "/mechanisms/1"}));
}

TEST(CreateKey, APinFaultLeavesNoTombstoneBecauseNothingWasMade) {
    ServiceFixture fixture;
    fixture.production->fail_next_import(TokenFault::pin, "The PIN is wrong");
    error_of([&] { fixture.create(ServiceFixture::aes_request("k", {"production"})); });
    EXPECT_TRUE(fixture.catalogue->changes.tombstones().empty());
}

TEST(CreateKey, TheAuditTrailTellsWhoMadeWhatWhere) {
    ServiceFixture fixture;
    fixture.create(ServiceFixture::aes_request("k", {"production", "staging"}));
    const auto trail = fixture.catalogue->audit_log.audit_trail(2);
    ASSERT_EQ(trail.size(), 2U);
    EXPECT_EQ(trail[0].action, "key.create");
    EXPECT_EQ(trail[0].actor, "alice");
    EXPECT_EQ(trail[0].request_id, "request-1");
    EXPECT_EQ(trail[1].action, "key.create.commit");
    EXPECT_EQ(trail[1].project, "MyProject");
    EXPECT_EQ(trail[1].key, "k");
    EXPECT_EQ(trail[1].environments, (std::vector<std::string>{"production", "staging"}));
    EXPECT_EQ(trail[1].result, "production: Deployed successfully; staging: Deployed successfully");
}

CreateKeyRequest rsa_request(const std::string& name, std::optional<MechanismList> mechanisms) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    std::string pem(data, static_cast<std::size_t>(size));
    auto request = ServiceFixture::aes_request(name, {"production"});
    request.type = keys::KeyType::private_key;
    request.mechanisms = std::move(mechanisms);
    request.environments.front().content = SecretBytes::take(pem);
    return request;
}

TEST(CreateKey, OfAnRsaKeyForSignaturesAndEncryptionWarns) {
    ServiceFixture fixture;
    const auto report = fixture.create(rsa_request("both", std::nullopt));
    ASSERT_EQ(report.environments.front().warnings.size(), 1U);
    EXPECT_EQ(report.environments.front().warnings.front().code, "two_purposes");
    EXPECT_TRUE(fixture.create(rsa_request("one", MechanismList{"SHA256-RSA-PKCS"}))
                    .environments.front()
                    .warnings.empty());
    auto trial = rsa_request("trial", std::nullopt);
    trial.dry_run = true;
    EXPECT_EQ(fixture.create(trial).environments.front().warnings.size(), 1U);
}

TEST(CreateKey, OfAnRsaKeyForTwoPurposesIsRefusedWhereThePolicySaysSo) {
    ServiceFixture fixture;
    ServiceContext service_context = fixture.service_context();
    service_context.policy.refuse_two_purposes = true;
    CreateKey creator(service_context);
    const auto create = [&](const CreateKeyRequest& request) {
        return creator.run(fixture.alice, fixture.project, request, {});
    };
    const auto error = error_of([&] {
        create(rsa_request("both", MechanismList{"SHA256-RSA-PKCS", "RSA-PKCS-OAEP"}));
    });
    ASSERT_EQ(error.details().size(), 1U);
    EXPECT_EQ(error.details().front().pointer, "/mechanisms");
    EXPECT_TRUE(create(rsa_request("default", std::nullopt)).environments.front().warnings.empty());
    EXPECT_EQ(uses_of(keys::Algorithm::rsa,
                      fixture.catalogue->keys.find_key(fixture.project.id, "default")->mechanisms),
              KeyUsages{KeyUsage::sign_verify});
    EXPECT_TRUE(create(rsa_request("oaep", MechanismList{"RSA-PKCS-OAEP"})).success);
}

TEST(CreateKey, ForAnUnknownEnvironmentIsRefusedWithoutDecodingAnyContent) {
    ServiceFixture fixture;
    auto request = ServiceFixture::aes_request("k", {"production", "nowhere"});
    for (EnvironmentEntry& entry : request.environments) {
        std::string content = "no key";
        entry.content = SecretBytes::take(content);
    }
    const auto error = error_of([&] { fixture.create(request); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_EQ(std::string(error.what()), environment_not_found_text("nowhere"));
    request.mechanisms = MechanismList{"AES-XTS"};
    EXPECT_EQ(error_of([&] { fixture.create(request); }).kind(), ErrorKind::validation_failed);
}

TEST(CreateKey, WithASlashInTheAliasNamesItsOwnProjectAndNoOther) {
    ServiceFixture fixture;
    fixture.catalogue->projects.create_project("Bank", {"production"}, {});
    std::string said;
    for (const char* alias : {"Bank/key", "NoProject/key", "/key"}) {
        auto request = ServiceFixture::aes_request("k", {"production"});
        request.environments.front().alias = alias;
        const auto error = error_of([&] { fixture.create(request); });
        ASSERT_EQ(error.details().size(), 1U);
        EXPECT_EQ(error.details().front().pointer, "/cryptoKeyInfoEnvironmentList/0/alias");
        if (said.empty()) said = error.what();
        EXPECT_EQ(error.what(), said);
    }
    auto own = ServiceFixture::aes_request("k", {"production"});
    own.environments.front().alias = "MyProject/label";
    EXPECT_TRUE(fixture.create(own).success);
}

}  // namespace
}  // namespace keyward::service
