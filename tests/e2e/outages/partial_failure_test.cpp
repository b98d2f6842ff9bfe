#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/e2e/support/token.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// `broken` is an environment of the project whose token does not exist.
class PartialFailure : public LiveKeyward {
  protected:
    static void SetUpTestSuite() { start({.without_token = {"broken"}}); }

    json body_for(const std::string& name, const std::vector<std::string>& environments) {
        std::vector<Deployment> deployments;
        for (const std::string& environment : environments)
            deployments.push_back({environment, base64(key_)});
        return create_body(name, "SECRET_KEY", "AES", deployments);
    }
    std::size_t objects(const std::string& token, const std::string& name) {
        return objects_in(home(), token, std::string(project) + "/" + name).size();
    }
    void expect_free(const std::string& name) {
        expect_problem(get_key(name), 404, "not_found");
        EXPECT_EQ(objects("production", name), 0U);
        EXPECT_EQ(objects("staging", name), 0U);
        EXPECT_EQ(create(body_for(name, {"production"})).status, 200);
    }

    const std::string key_ = random_octets(32);
    const json proof_{{"keyCheckValue", cipher_check_value(key_)}};
};

TEST_F(PartialFailure, IsAnAnswerOfSuccessWithTheReasonOfTheEnvironmentThatFailed) {
    const std::string name = unique_name();
    const Answer answer = create(body_for(name, {"production", "broken", "staging"}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const json body = answer.json();
    EXPECT_EQ(body["success"], true);
    EXPECT_EQ(body["deploymentResult"]["success"], false);
    EXPECT_NE(body["deploymentResult"]["message"], "Deployment completed successfully");
    const json results = body["deploymentResult"]["environmentResults"];
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0], deployed({"production"}, proof_)[0]);
    EXPECT_EQ(results[2], deployed({"staging"}, proof_)[0]);
    EXPECT_EQ(results[1]["environmentName"], "broken");
    EXPECT_EQ(results[1]["success"], false);
    EXPECT_NE(results[1]["message"], "Deployed successfully");
    EXPECT_FALSE(results[1]["message"].get<std::string>().empty());
    EXPECT_FALSE(results[1].contains("keyCheckValue"));
    EXPECT_EQ(results[1]["code"], "hsm_unavailable");
    EXPECT_EQ(objects("production", name), 1U);
    EXPECT_EQ(objects("staging", name), 1U);
}

TEST_F(PartialFailure, ShowsInTheKey) {
    const std::string name = unique_name();
    ASSERT_EQ(create(body_for(name, {"broken", "production"})).status, 200);
    const json entries = get_key(name).json()["resultList"][0]["cryptoKeyInfoEnvironmentList"];
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0]["state"], "FAILED");
    EXPECT_EQ(entries[1]["state"], "DEPLOYED");
}

TEST_F(PartialFailure, TakesTheNameAllTheSame) {
    const std::string name = unique_name();
    ASSERT_EQ(create(body_for(name, {"broken", "production"})).status, 200);
    expect_problem(
        create(body_for(name, {"production"})), 400, "bad_request",
        "Key (name: " + name + ") is already exist! Try update operation if want to change its value.");
}

TEST_F(PartialFailure, WithRollbackLeavesNothingAndFreesTheName) {
    const std::string name = unique_name();
    const Answer answer = post(keys_path() + "?onFailure=rollback",
                               text_of(body_for(name, {"production", "broken", "staging"})));
    expect_problem(answer, 503, "hsm_unavailable");
    EXPECT_THAT(answer.json()["error_description"].get<std::string>(), testing::HasSubstr("broken"));
    EXPECT_FALSE(answer.field("retry-after").empty());
    expect_free(name);
}

TEST_F(PartialFailure, WithRollbackOfAPrivateKeyLeavesNeitherHalf) {
    const std::string name = unique_name();
    const std::string content = base64(key_pair("RSA-2048").pkcs8_der);
    const json body = create_body(name, "PRIVATE_KEY", "", {{"production", content}, {"broken", content}});
    expect_problem(post(keys_path() + "?onFailure=rollback", text_of(body)), 503, "hsm_unavailable");
    expect_free(name);
}

TEST_F(PartialFailure, WithRollbackButWithoutFailureIsASuccess) {
    const Answer answer = post(keys_path() + "?onFailure=rollback",
                               text_of(body_for(unique_name(), {"production", "staging"})));
    EXPECT_EQ(answer.json(), success(deployed({"production", "staging"}, proof_)));
}

class TotalFailure : public PartialFailure {};

TEST_F(TotalFailure, IsUnavailableAndTheNameIsFree) {
    const std::string name = unique_name();
    const Answer answer = create(body_for(name, {"broken"}));
    expect_problem(answer, 503, "hsm_unavailable");
    EXPECT_THAT(answer.json()["error_description"].get<std::string>(), testing::HasSubstr("broken"));
    EXPECT_FALSE(answer.field("retry-after").empty());
    expect_free(name);
}

TEST_F(TotalFailure, CanBeTriedAgain) {
    const std::string name = unique_name();
    expect_problem(create(body_for(name, {"broken"})), 503, "hsm_unavailable");
    expect_problem(create(body_for(name, {"broken"})), 503, "hsm_unavailable");
}

class Refusal : public PartialFailure {
  protected:
    json expecting(const std::string& name,
                   const std::vector<std::pair<std::string, std::string>>& expected) {
        json body = body_for(name, {});
        for (const auto& [environment, value] : expected)
            body["cryptoKeyInfoEnvironmentList"].push_back({{"environmentName", environment},
                                                            {"content", base64(key_)},
                                                            {"expectedKeyCheckValue", value}});
        return body;
    }
    const std::string right_ = cipher_check_value(key_);
    const std::string wrong_ = right_ == "000000" ? "000001" : "000000";
};

TEST_F(Refusal, OfEveryEnvironmentIsTheClientsToKnow) {
    const std::string name = unique_name();
    const Answer answer = create(expecting(name, {{"production", wrong_}, {"staging", wrong_}}));
    expect_problem(answer, 400, "validation_failed");
    const auto details = details_of(answer);
    ASSERT_EQ(details.size(), 2U) << answer.body;
    EXPECT_TRUE(details.begin()->first.starts_with("/cryptoKeyInfoEnvironmentList/0"));
    EXPECT_TRUE(details.rbegin()->first.starts_with("/cryptoKeyInfoEnvironmentList/1"));
    expect_free(name);
}

TEST_F(Refusal, OfOneEnvironmentFailsThatOneAlone) {
    const std::string name = unique_name();
    const Answer answer = create(expecting(name, {{"production", right_}, {"staging", wrong_}}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["deploymentResult"]["success"], false);
    EXPECT_EQ(answer.json()["deploymentResult"]["environmentResults"][1]["success"], false);
    EXPECT_EQ(objects("production", name), 1U);
    EXPECT_EQ(objects("staging", name), 0U);
}

TEST_F(Refusal, WithRollbackUndoesTheOther) {
    const std::string name = unique_name();
    const Answer answer = post(keys_path() + "?onFailure=rollback",
                               text_of(expecting(name, {{"production", right_}, {"staging", wrong_}})));
    EXPECT_THAT(answer.status, testing::AnyOf(400, 503)) << answer.body;
    expect_free(name);
}

TEST_F(Refusal, OfAPublicKeyHashLeavesNeitherHalf) {
    const std::string name = unique_name();
    json body = create_body(name, "PRIVATE_KEY", "", {{"production", base64(key_pair("P-256").pkcs8_der)}});
    body["cryptoKeyInfoEnvironmentList"][0]["expectedKeyCheckValue"] =
        key_pair("P-256", 1).public_key_sha256();
    expect_problem(create(body), 400, "validation_failed");
    expect_free(name);
}

class BrokenEnvironment : public PartialFailure {};

TEST_F(BrokenEnvironment, MakesTheServiceDegradedButReady) {
    const Answer answer = get("/health/ready");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json()["status"], "degraded") << answer.body;
}

TEST_F(BrokenEnvironment, IsWhatCheckFailsFor) {
    const test::CommandResult outcome = home().keyward({"check"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.output + outcome.errors, testing::HasSubstr("broken"));
}

}  // namespace
}  // namespace keyward::e2e
