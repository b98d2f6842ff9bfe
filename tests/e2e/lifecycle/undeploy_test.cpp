#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/lifecycle/key_life.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

class Undeploy : public KeyLife {};

TEST_F(Undeploy, DestroysTheObjectInOneEnvironmentAlone) {
    const std::string name = created();
    const auto other = ids("staging", label_of(name));
    const Answer answer = remove(environment_path(name, "production"));
    EXPECT_EQ(answer.status, 200);
    expect_common_fields(answer);
    EXPECT_EQ(answer.json(), undeployed({"production"}));
    EXPECT_EQ(objects("production", name), 0U);
    EXPECT_EQ(ids("staging", label_of(name)), other);
    const json entries = key(name)["cryptoKeyInfoEnvironmentList"];
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0]["environmentName"], "staging");
}

TEST_F(Undeploy, FromTheLastEnvironmentLeavesTheKeyWithoutAny) {
    const std::string name = created();
    EXPECT_EQ(remove(environment_path(name, "production")).status, 200);
    EXPECT_EQ(remove(environment_path(name, "staging")).status, 200);
    EXPECT_EQ(key(name)["cryptoKeyInfoEnvironmentList"], json::array());
    EXPECT_EQ(remove(key_path(name)).json(), undeployed({}));
}

TEST_F(Undeploy, WhereTheKeyIsNotIsNotFound) {
    const std::string name = created();
    ASSERT_EQ(remove(environment_path(name, "production")).status, 200);
    expect_problem(remove(environment_path(name, "production")), 404, "not_found",
                   "Key (name: " + name + ") is not deployed in environment (name: production)");
}

TEST_F(Undeploy, OfAnUnknownKeyIsNotFound) {
    expect_problem(remove(environment_path("none", "production")), 404, "not_found",
                   "Key (name: none) is not found");
}

TEST_F(Undeploy, FromAnUnknownEnvironmentIsRefusedWithTheContractsSentence) {
    expect_problem(remove(environment_path(created(), "no where")), 400, "bad_request",
                   "Environment (name: no where) is not found or user does not have privilege to access it!");
}

TEST_F(Undeploy, TakesABodyThatOlderClientsSendAndNoOther) {
    const std::string name = created();
    const auto with_body = [&](const std::string& body) {
        return send({.method = "DELETE",
                     .path = environment_path(name, "production"),
                     .body = body,
                     .token = home().token()});
    };
    expect_wrong_fields(with_body(R"({"force": true})"), {"/force"});
    EXPECT_EQ(with_body(R"({"jwkDeleteAction": "DELETE"})").json(), undeployed({"production"}));
}

class Deploy : public KeyLife {
  protected:
    Answer deploy(const std::string& name, const std::string& environment, const json& body,
                  const std::string& query = {}) {
        return post(environment_path(name, environment) + query, text_of(body));
    }
};

TEST_F(Deploy, ReplacesTheKeyOfOneEnvironment) {
    const std::string name = created();
    const std::string fresh = random_octets(32);
    const auto before = ids("production", label_of(name));
    const Answer answer = deploy(name, "production", {{"content", base64(fresh)}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json(), success(deployed({"production"}, check_value(fresh))));
    EXPECT_EQ(objects("production", name), 1U);
    EXPECT_NE(ids("production", label_of(name)), before);
    EXPECT_EQ(key(name)["cryptoKeyInfoEnvironmentList"][0]["keyCheckValue"], cipher_check_value(fresh));
}

TEST_F(Deploy, AddsAnEnvironmentWithItsAlias) {
    const std::string name = unique_name();
    const std::string octets = random_octets(32);
    ASSERT_EQ(create(create_body(name, "SECRET_KEY", "AES", {{"staging", base64(octets)}})).status, 200);
    const std::string alias = "alias of " + name;
    const Answer answer = deploy(name, "production", {{"content", base64(octets)}, {"alias", alias}});
    EXPECT_EQ(answer.json(), success(deployed({"production"}, check_value(octets))));
    EXPECT_EQ(ids("production", alias).size(), 1U);
    EXPECT_EQ(key(name)["cryptoKeyInfoEnvironmentList"][1]["alias"], alias);
}

TEST_F(Deploy, BringsAnUndeployedKeyBack) {
    const std::string name = created();
    ASSERT_EQ(remove(environment_path(name, "staging")).status, 200);
    EXPECT_EQ(deploy(name, "staging", {{"content", base64(random_octets(32))}}).status, 200);
    EXPECT_EQ(key(name)["cryptoKeyInfoEnvironmentList"].size(), 2U);
}

TEST_F(Deploy, TakesTheOlderForm) {
    const KeyPair& pair = key_pair("RSA-2048");
    const std::string name = unique_name();
    json body{{"name", name}, {"keyType", "RSA"}};
    body["cryptoKeyInfoEnvironmentList"].push_back(
        {{"environmentName", "staging"}, {"privateKey", base64(pair.pkcs8_pem)}});
    ASSERT_EQ(create(body).status, 200);
    const json answer = deploy(name, "production",
                               {{"publicKey", base64(pair.spki_pem)}, {"privateKey", base64(pair.pkcs8_pem)}})
                            .json();
    EXPECT_EQ(without_warnings(answer),
              success(deployed({"production"}, {{"publicKeySha256", pair.public_key_sha256()}})));
    EXPECT_EQ(objects("production", name), 2U);
}

TEST_F(Deploy, NeedsContent) {
    expect_wrong_fields(deploy(created(), "production", json::object()), {"/content"});
    expect_wrong_fields(deploy(created(), "production", {{"content", nullptr}}), {"/content"});
}

TEST_F(Deploy, RefusesContentOfAnotherAlgorithm) {
    const std::string name = unique_name();
    const std::string rsa = base64(key_pair("RSA-2048").pkcs8_der);
    ASSERT_EQ(create(create_body(name, "PRIVATE_KEY", "", {{"staging", rsa}})).status, 200);
    expect_wrong_fields(deploy(name, "production", {{"content", base64(key_pair("P-256").pkcs8_der)}}),
                        {"/content"});
}

TEST_F(Deploy, RefusesAnUnknownEnvironmentWithTheContractsSentence) {
    const std::string name = created();
    for (const json& body : {json{{"content", base64(random_octets(32))}}, json::object()})
        expect_problem(
            deploy(name, "nowhere", body), 400, "bad_request",
            "Environment (name: nowhere) is not found or user does not have privilege to access it!");
}

TEST_F(Deploy, OfAnUnknownKeyIsNotFound) {
    expect_problem(deploy("none", "production", {{"content", base64(random_octets(32))}}), 404, "not_found",
                   "Key (name: none) is not found");
}

TEST_F(Deploy, RefusesAnotherEnvironmentInTheBodyAndFieldsThatItDoesNotKnow) {
    const std::string content = base64(random_octets(32));
    expect_wrong_fields(
        deploy(created(), "production", {{"content", content}, {"environmentName", "staging"}}),
        {"/environmentName"});
    expect_wrong_fields(deploy(created(), "production", {{"content", content}, {"keyType", "SECRET_KEY"}}),
                        {"/keyType"});
}

TEST_F(Deploy, AsATrialLeavesTheOldKey) {
    const std::string name = created();
    const auto before = ids("production", label_of(name));
    const Answer answer =
        deploy(name, "production", {{"content", base64(random_octets(32))}}, "?dryRun=true");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["deploymentResult"]["environmentResults"][0]["message"], "Would be deployed");
    EXPECT_EQ(ids("production", label_of(name)), before);
}

}  // namespace
}  // namespace keyward::e2e
