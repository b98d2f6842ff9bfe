#include <gtest/gtest.h>

#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {
namespace {

CreateKeyRequest trial(const std::string& name, const std::vector<std::string>& environments) {
    CreateKeyRequest request = ServiceFixture::aes_request(name, environments);
    request.dry_run = true;
    return request;
}

UpdateKeyRequest trial_update(const std::vector<std::string>& environments) {
    UpdateKeyRequest request = KeyLife::renewal("k", environments);
    request.dry_run = true;
    return request;
}

TEST(DryRun, OfACreateTriesEveryTokenAndLeavesNothing) {
    KeyLife fixture;
    const auto trail = fixture.audit_size();
    const auto report = fixture.create(trial("new", {"staging", "production"}));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Deployment would complete successfully");
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].environment, "staging");
    for (const auto& result : report.environments) {
        EXPECT_TRUE(result.success);
        EXPECT_EQ(result.message, "Would be deployed");
        EXPECT_EQ(result.key_check_value.size(), 6U);
    }
    EXPECT_EQ(fixture.production->imports(), 2U);
    EXPECT_EQ(fixture.staging->imports(), 2U);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.staging->objects(), 1U);
    EXPECT_FALSE(fixture.is_there("new"));
    EXPECT_EQ(fixture.audit_size(), trail);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(DryRun, SaysPerEnvironmentWhatTheTokenRefuses) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::refused, "The token takes no AES keys of 256 bits");
    const auto report = fixture.create(trial("new", {"production", "staging"}));
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Deployment would fail in 1 of 2 environments");
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
    EXPECT_EQ(report.environments[1].message, "The token takes no AES keys of 256 bits");
    EXPECT_FALSE(fixture.is_there("new"));
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(DryRun, ThatEveryTokenRefusesIsTheClientsToMend) {
    KeyLife fixture;
    fixture.production->fail_next_import(TokenFault::refused, "no");
    const auto error = error_of([&] { fixture.create(trial("new", {"production"})); });
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed);
    EXPECT_EQ(pointers_of(error), std::vector<std::string>{"/cryptoKeyInfoEnvironmentList/0"});
}

TEST(DryRun, WithoutAnyTokenInReachIsUnavailable) {
    KeyLife fixture;
    fixture.production->set_reachable(false);
    EXPECT_EQ(error_of([&] { fixture.create(trial("new", {"production"})); }).kind(),
              ErrorKind::hsm_unavailable);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(DryRun, WithRollbackFailsWholeWhenOneEnvironmentWould) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    auto request = trial("new", {"production", "staging"});
    request.roll_back_on_failure = true;
    EXPECT_EQ(error_of([&] { fixture.create(request); }).kind(), ErrorKind::hsm_unavailable);
}

TEST(DryRun, OfATakenNameIsTheSameRefusal) {
    KeyLife fixture;
    const auto error = error_of([&] { fixture.create(trial("k", {"production"})); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_STREQ(error.what(),
                 "Key (name: k) is already exist! Try update operation if want to change its value.");
    EXPECT_EQ(fixture.production->imports(), 1U);
}

TEST(DryRun, ChecksFieldsAndEnvironmentsLikeACreate) {
    KeyLife fixture;
    auto wrong = trial("new", {"production"});
    wrong.mechanisms = MechanismList{"EDDSA"};
    EXPECT_EQ(error_of([&] { fixture.create(wrong); }).kind(), ErrorKind::validation_failed);
    EXPECT_EQ(error_of([&] { fixture.create(trial("new", {"nowhere"})); }).kind(), ErrorKind::bad_request);
    EXPECT_EQ(fixture.production->imports(), 1U);
}

TEST(DryRun, ThatMeetsAnotherCheckValueSaysSo) {
    KeyLife fixture;
    auto request = trial("new", {"production", "staging"});
    request.environments[1].expected_check_value = "000000";
    const auto report = fixture.create(request);
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
}

TEST(DryRun, LeavesNoTombstoneWhenItsAnswerIsLost) {
    KeyLife fixture;
    fixture.production->lose_next_answer();
    error_of([&] { fixture.create(trial("new", {"production"})); });
    EXPECT_TRUE(fixture.is_settled());
    EXPECT_EQ(fixture.production->objects(), 1U);
}

TEST(DryRun, OfAnUpdateLeavesTheKeyAsItIs) {
    KeyLife fixture;
    const Key old = fixture.key();
    const auto trail = fixture.audit_size();
    auto request = trial_update({"production"});
    request.description = "another";
    const auto report = fixture.update(std::move(request));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.environments[0].message, "Would be deployed");
    const Key now = fixture.key();
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.description, "");
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(fixture.production->imports(), 2U);
    EXPECT_EQ(fixture.production->objects(), 1U);
    EXPECT_EQ(fixture.audit_size(), trail);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(DryRun, OfAnUpdateSaysWhichEnvironmentWouldKeepItsOldKey) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::refused, "no");
    const auto report = fixture.update(trial_update({"production", "staging"}));
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Deployment would fail in 1 of 2 environments");
    EXPECT_EQ(report.environments[1].message, "no");
}

TEST(DryRun, OfAnUpdateThatIsAllOrNothingFailsWhole) {
    KeyLife fixture;
    fixture.staging->fail_next_import(TokenFault::full, "The token is full");
    auto request = trial_update({"production", "staging"});
    request.algorithm = keys::Algorithm::hmac;
    EXPECT_EQ(error_of([&] { fixture.update(std::move(request)); }).kind(), ErrorKind::hsm_unavailable);
    EXPECT_TRUE(fixture.is_settled());
}

TEST(DryRun, OfAnUpdateWithoutContentChangesNothingEither) {
    KeyLife fixture;
    auto mac = KeyLife::aes_request("mac", {"production"});
    mac.algorithm = keys::Algorithm::hmac;
    fixture.create(mac);
    const MechanismList before = fixture.key("mac").mechanisms;
    auto request = KeyLife::change_of("mac");
    request.dry_run = true;
    request.description = "another";
    request.mechanisms = MechanismList{"SHA256-HMAC"};
    EXPECT_TRUE(fixture.update(std::move(request)).success);
    EXPECT_EQ(fixture.key("mac").description, "");
    EXPECT_EQ(fixture.key("mac").mechanisms, before);
}

}  // namespace
}  // namespace keyward::service
