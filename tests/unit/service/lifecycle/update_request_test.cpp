#include <gtest/gtest.h>

#include "domain/key_text.hpp"
#include "tests/unit/service/lifecycle/update_request_fixture.hpp"

namespace keyward::service {
namespace {

using keys::Algorithm;
using keys::KeyType;

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
