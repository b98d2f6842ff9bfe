#include <gtest/gtest.h>

#include "tests/unit/service/lifecycle/key_life.hpp"

namespace keyward::service {
namespace {

CreateKeyRequest trial(const std::string& name, const std::vector<std::string>& environments) {
    CreateKeyRequest request = Workbench::aes_request(name, environments);
    request.dry_run = true;
    return request;
}

UpdateKeyRequest trial_update(const std::vector<std::string>& environments) {
    UpdateKeyRequest request = KeyLife::renewal("k", environments);
    request.dry_run = true;
    return request;
}

TEST(DryRun, OfACreateTriesEveryTokenAndLeavesNothing) {
    KeyLife bench;
    const auto trail = bench.audit_size();
    const auto report = bench.create(trial("new", {"staging", "production"}));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.message, "Deployment would complete successfully");
    ASSERT_EQ(report.environments.size(), 2U);
    EXPECT_EQ(report.environments[0].environment, "staging");
    for (const auto& result : report.environments) {
        EXPECT_TRUE(result.success);
        EXPECT_EQ(result.message, "Would be deployed");
        EXPECT_EQ(result.key_check_value.size(), 6U);
    }
    EXPECT_EQ(bench.production->imports(), 2U);
    EXPECT_EQ(bench.staging->imports(), 2U);
    EXPECT_EQ(bench.production->objects(), 1U);
    EXPECT_EQ(bench.staging->objects(), 1U);
    EXPECT_FALSE(bench.is_there("new"));
    EXPECT_EQ(bench.audit_size(), trail);
    EXPECT_TRUE(bench.is_settled());
}

TEST(DryRun, SaysPerEnvironmentWhatTheTokenRefuses) {
    KeyLife bench;
    bench.staging->fail_next_import(TokenFault::refused, "The token takes no AES keys of 256 bits");
    const auto report = bench.create(trial("new", {"production", "staging"}));
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Deployment would fail in 1 of 2 environments");
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
    EXPECT_EQ(report.environments[1].message, "The token takes no AES keys of 256 bits");
    EXPECT_FALSE(bench.is_there("new"));
    EXPECT_EQ(bench.production->objects(), 1U);
}

TEST(DryRun, ThatEveryTokenRefusesIsTheClientsToMend) {
    KeyLife bench;
    bench.production->fail_next_import(TokenFault::refused, "no");
    const auto error = error_of([&] { bench.create(trial("new", {"production"})); });
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed);
    EXPECT_EQ(pointers_of(error), std::vector<std::string>{"/cryptoKeyInfoEnvironmentList/0"});
}

TEST(DryRun, WithoutAnyTokenInReachIsUnavailable) {
    KeyLife bench;
    bench.production->set_reachable(false);
    EXPECT_EQ(error_of([&] { bench.create(trial("new", {"production"})); }).kind(),
              ErrorKind::hsm_unavailable);
    EXPECT_TRUE(bench.is_settled());
}

TEST(DryRun, WithRollbackFailsWholeWhenOneEnvironmentWould) {
    KeyLife bench;
    bench.staging->fail_next_import(TokenFault::full, "The token is full");
    auto request = trial("new", {"production", "staging"});
    request.roll_back_on_failure = true;
    EXPECT_EQ(error_of([&] { bench.create(request); }).kind(), ErrorKind::hsm_unavailable);
}

TEST(DryRun, OfATakenNameIsTheSameRefusal) {
    KeyLife bench;
    const auto error = error_of([&] { bench.create(trial("k", {"production"})); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_STREQ(error.what(),
                 "Key (name: k) is already exist! Try update operation if want to change its value.");
    EXPECT_EQ(bench.production->imports(), 1U);
}

TEST(DryRun, ChecksFieldsAndEnvironmentsLikeACreate) {
    KeyLife bench;
    auto wrong = trial("new", {"production"});
    wrong.mechanisms = MechanismList{"EDDSA"};
    EXPECT_EQ(error_of([&] { bench.create(wrong); }).kind(), ErrorKind::validation_failed);
    EXPECT_EQ(error_of([&] { bench.create(trial("new", {"nowhere"})); }).kind(), ErrorKind::bad_request);
    EXPECT_EQ(bench.production->imports(), 1U);
}

TEST(DryRun, ThatMeetsAnotherCheckValueSaysSo) {
    KeyLife bench;
    auto request = trial("new", {"production", "staging"});
    request.environments[1].expected_check_value = "000000";
    const auto report = bench.create(request);
    EXPECT_TRUE(report.environments[0].success);
    EXPECT_FALSE(report.environments[1].success);
}

TEST(DryRun, LeavesNoTombstoneWhenItsAnswerIsLost) {
    KeyLife bench;
    bench.production->lose_next_answer();
    error_of([&] { bench.create(trial("new", {"production"})); });
    EXPECT_TRUE(bench.is_settled());
    EXPECT_EQ(bench.production->objects(), 1U);
}

TEST(DryRun, OfAnUpdateLeavesTheKeyAsItIs) {
    KeyLife bench;
    const Key old = bench.key();
    const auto trail = bench.audit_size();
    auto request = trial_update({"production"});
    request.description = "another";
    const auto report = bench.update(std::move(request));
    EXPECT_TRUE(report.success);
    EXPECT_EQ(report.environments[0].message, "Would be deployed");
    const Key now = bench.key();
    EXPECT_EQ(now.revision, old.revision);
    EXPECT_EQ(now.description, "");
    EXPECT_EQ(now.deployments[0].object_id, old.deployments[0].object_id);
    EXPECT_EQ(bench.production->imports(), 2U);
    EXPECT_EQ(bench.production->objects(), 1U);
    EXPECT_EQ(bench.audit_size(), trail);
    EXPECT_TRUE(bench.is_settled());
}

TEST(DryRun, OfAnUpdateSaysWhichEnvironmentWouldKeepItsOldKey) {
    KeyLife bench;
    bench.staging->fail_next_import(TokenFault::refused, "no");
    const auto report = bench.update(trial_update({"production", "staging"}));
    EXPECT_FALSE(report.success);
    EXPECT_EQ(report.message, "Deployment would fail in 1 of 2 environments");
    EXPECT_EQ(report.environments[1].message, "no");
}

TEST(DryRun, OfAnUpdateThatIsAllOrNothingFailsWhole) {
    KeyLife bench;
    bench.staging->fail_next_import(TokenFault::full, "The token is full");
    auto request = trial_update({"production", "staging"});
    request.algorithm = keys::Algorithm::hmac;
    EXPECT_EQ(error_of([&] { bench.update(std::move(request)); }).kind(), ErrorKind::hsm_unavailable);
    EXPECT_TRUE(bench.is_settled());
}

TEST(DryRun, OfAnUpdateWithoutContentChangesNothingEither) {
    KeyLife bench;
    auto mac = KeyLife::aes_request("mac", {"production"});
    mac.algorithm = keys::Algorithm::hmac;
    bench.create(mac);
    const MechanismList before = bench.key("mac").mechanisms;
    auto request = KeyLife::change_of("mac");
    request.dry_run = true;
    request.description = "another";
    request.mechanisms = MechanismList{"SHA256-HMAC"};
    EXPECT_TRUE(bench.update(std::move(request)).success);
    EXPECT_EQ(bench.key("mac").description, "");
    EXPECT_EQ(bench.key("mac").mechanisms, before);
}

}  // namespace
}  // namespace keyward::service
