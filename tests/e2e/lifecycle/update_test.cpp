#include <functional>
#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/lifecycle/key_life.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;
using testing::AnyOf;

class Update : public KeyLife {};

TEST_F(Update, ReplacesTheKeyInTheEnvironmentThatIsSentAndNoOther) {
    const std::string old = random_octets(32);
    const std::string fresh = random_octets(16);
    const std::string name = created(old);
    const auto old_ids = ids("staging", label_of(name));
    const auto other_ids = ids("production", label_of(name));
    const Answer answer = put(name, change({entry("staging", base64(fresh))}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    expect_common_fields(answer);
    EXPECT_EQ(answer.json(), success(deployed({"staging"}, check_value(fresh))));
    const auto new_ids = ids("staging", label_of(name));
    EXPECT_EQ(new_ids.size(), 1U);
    EXPECT_NE(new_ids, old_ids);
    EXPECT_EQ(ids("production", label_of(name)), other_ids);
    const json entries = key(name)["cryptoKeyInfoEnvironmentList"];
    EXPECT_EQ(entries[0]["keyCheckValue"], cipher_check_value(old));
    EXPECT_EQ(entries[1]["keyCheckValue"], cipher_check_value(fresh));
    EXPECT_EQ(entries[1]["size"], 128);
}

TEST_F(Update, KeepsTheOrderOfTheRequestInItsAnswer) {
    const std::string fresh = random_octets(32);
    const std::string name = created();
    const Answer answer =
        put(name, change({entry("staging", base64(fresh)), entry("production", base64(fresh))}));
    EXPECT_EQ(answer.json(), success(deployed({"staging", "production"}, check_value(fresh))));
}

TEST_F(Update, ChangesTheDescriptionAlone) {
    const std::string name = created();
    const auto before = ids("production", label_of(name));
    EXPECT_EQ(put(name, {{"description", "of a payment"}}).json(), success(json::array()));
    EXPECT_EQ(key(name)["description"], "of a payment");
    EXPECT_EQ(ids("production", label_of(name)), before);
}

TEST_F(Update, ThatPostsTheKeyBackAsItWasReadChangesNothing) {
    const std::string name = created();
    const json read = key(name);
    const auto before = ids("production", label_of(name));
    const Answer answer = put(name, read);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["deploymentResult"]["success"], true);
    EXPECT_EQ(key(name), read);
    EXPECT_EQ(ids("production", label_of(name)), before);
}

TEST_F(Update, ThatPostsAsymmetricKeysBackAsTheyWereReadChangesNothing) {
    const KeyPair& pair = key_pair("RSA-2048");
    const KeyPair& curve = key_pair("P-256");
    std::vector<json> bodies{
        create_body(unique_name(), "PRIVATE_KEY", "", {{"production", base64(pair.pkcs8_pem)}}),
        create_body(unique_name(), "PUBLIC_KEY", "", {{"production", base64(curve.spki_pem)}}),
        create_body(unique_name(), "RSA", "", {})};
    bodies[2]["cryptoKeyInfoEnvironmentList"].push_back(
        {{"environmentName", "production"}, {"privateKey", base64(pair.pkcs8_pem)}});
    for (const json& body : bodies) {
        const std::string name = body["name"];
        ASSERT_EQ(create(body).status, 200);
        const json read = key(name);
        const auto before = ids("production", label_of(name));
        const Answer answer = put(name, read);
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.json()["deploymentResult"]["success"], true) << answer.body;
        EXPECT_EQ(key(name), read);
        EXPECT_EQ(ids("production", label_of(name)), before);
    }
}

TEST_F(Update, TakesThePostedBackKeyWithNewContent) {
    const std::string fresh = random_octets(32);
    const std::string name = created();
    json body = key(name);
    body["cryptoKeyInfoEnvironmentList"][1]["content"] = base64(fresh);
    const Answer answer = put(name, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const json results = answer.json()["deploymentResult"]["environmentResults"];
    EXPECT_EQ(results[0]["success"], true);
    EXPECT_EQ(results[1], deployed({"staging"}, check_value(fresh))[0]);
}

/// The forms of `content` besides raw octets in base64, as in a creation.
TEST_F(Update, TakesPemWithAndWithoutBase64AndCertificates) {
    const KeyPair& pair = key_pair("RSA-2048");
    const KeyPair& next = key_pair("RSA-2048", 1);
    const std::string name = unique_name();
    ASSERT_EQ(
        create(create_body(name, "PRIVATE_KEY", "RSA", {{"production", base64(pair.pkcs8_der)}})).status,
        200);
    for (const std::string& content :
         {next.pkcs8_pem, base64(next.traditional_pem), as_certutil_writes(next.pkcs8_der)}) {
        const Answer answer = put(name, change({entry("production", content)}));
        EXPECT_EQ(without_warnings(answer.json()),
                  success(deployed({"production"}, {{"publicKeySha256", next.public_key_sha256()}})))
            << answer.body;
        EXPECT_EQ(objects("production", name), 2U) << "a private and a public half";
    }
    EXPECT_EQ(key(name)["cryptoKeyInfoEnvironmentList"][0]["publicKey"], next.spki_pem);
}

TEST_F(Update, TakesTheOlderForm) {
    const KeyPair& pair = key_pair("RSA-2048");
    const KeyPair& next = key_pair("RSA-2048", 1);
    const std::string name = unique_name();
    json body{{"name", name}, {"keyType", "RSA"}};
    body["cryptoKeyInfoEnvironmentList"].push_back(
        {{"environmentName", "production"}, {"privateKey", base64(pair.pkcs8_pem)}});
    ASSERT_EQ(create(body).status, 200);
    body["cryptoKeyInfoEnvironmentList"][0] = {{"environmentName", "production"},
                                               {"publicKey", base64(next.spki_pem)},
                                               {"privateKey", base64(next.pkcs8_pem)}};
    EXPECT_EQ(without_warnings(put(name, body).json()),
              success(deployed({"production"}, {{"publicKeySha256", next.public_key_sha256()}})));
    const json read = key(name);
    EXPECT_EQ(read["keyType"], "RSA");
    EXPECT_EQ(read["cryptoKeyInfoEnvironmentList"][0]["publicKey"], next.spki_pem);
    EXPECT_FALSE(read["cryptoKeyInfoEnvironmentList"][0].contains("privateKey"));
}

TEST_F(Update, RefusesAnotherName) {
    const std::string name = created();
    json body = key(name);
    body["name"] = "another";
    expect_wrong_fields(put(name, body), {"/name"});
}

TEST_F(Update, RefusesAnotherAliasWithoutContent) {
    const std::string name = created();
    json body = key(name);
    body["cryptoKeyInfoEnvironmentList"][0]["alias"] = "another";
    expect_wrong_fields(put(name, body), {"/cryptoKeyInfoEnvironmentList/0/alias"});
}

TEST_F(Update, GivesTheNewObjectTheNewAlias) {
    const std::string name = created();
    const std::string alias = "alias of " + name;
    json fresh = entry("production", base64(random_octets(32)));
    fresh["alias"] = alias;
    EXPECT_EQ(put(name, change({fresh})).status, 200);
    EXPECT_EQ(ids("production", alias).size(), 1U);
    EXPECT_EQ(objects("production", name), 0U);
    EXPECT_EQ(key(name)["cryptoKeyInfoEnvironmentList"][0]["alias"], alias);
}

TEST_F(Update, OfTheKeyTypeNeedsContentEverywhere) {
    const KeyPair& pair = key_pair("P-256");
    const std::string name = created();
    json body = change({entry("production", base64(pair.pkcs8_pem))});
    body["keyType"] = "PRIVATE_KEY";
    const Answer refused = put(name, body);
    expect_problem(refused, 400, "validation_failed");
    EXPECT_TRUE(details_of(refused).contains("/keyType")) << refused.body;
    body["cryptoKeyInfoEnvironmentList"].push_back(entry("staging", base64(pair.pkcs8_pem)));
    EXPECT_EQ(without_warnings(put(name, body).json()),
              success(deployed({"production", "staging"}, {{"publicKeySha256", pair.public_key_sha256()}})));
    EXPECT_EQ(key(name)["keyType"], "PRIVATE_KEY");
    EXPECT_EQ(key(name)["algorithm"], "EC");
    EXPECT_EQ(objects("production", name), 2U);
}

TEST_F(Update, OfTheMechanismsToAnotherUseNeedsContent) {
    const std::string name = created();
    for (const char* mechanism : {"AES-CMAC", "AES-CTR"})
        expect_wrong_fields(put(name, {{"mechanisms", {mechanism}}}), {"/mechanisms"});
    EXPECT_EQ(key(name)["mechanisms"], json::array({"AES-GCM"}));
}

TEST_F(Update, RefusesContentThatCanNotBeUsedAndKeepsTheOldKey) {
    const std::string octets = random_octets(32);
    const std::string name = created(octets);
    expect_wrong_fields(put(name, change({entry("production", "AAAA")})),
                        {"/cryptoKeyInfoEnvironmentList/0/content"});
    expect_wrong_fields(put(name, change({entry("production", base64(random_octets(32))),
                                          entry("production", base64(random_octets(32)))})),
                        {"/cryptoKeyInfoEnvironmentList/1/environmentName"});
    EXPECT_EQ(key(name)["cryptoKeyInfoEnvironmentList"][0]["keyCheckValue"], cipher_check_value(octets));
    EXPECT_EQ(objects("production", name), 1U);
}

TEST_F(Update, RefusesAnUnknownEnvironmentWithTheContractsSentence) {
    const std::string name = created();
    expect_problem(put(name, change({entry("nowhere", base64(random_octets(32)))})), 400, "bad_request",
                   "Environment (name: nowhere) is not found or user does not have privilege to access it!");
}

TEST_F(Update, OfAnUnknownKeyIsNotFound) {
    expect_problem(put("none", change({entry("production", base64(random_octets(32)))})), 404, "not_found",
                   "Key (name: none) is not found");
}

TEST_F(Update, AcceptsWhatOlderClientsSayOfJwksInQueryAndBody) {
    const std::string name = created();
    json body{{"description", "d"},
              {"jwkUpdateAction", "UPDATE"},
              {"jwkDeleteAction", "DELETE"},
              {"updateScope", "ALL"}};
    const Answer answer = put(name, body, "?jwkUpdateAction=UPDATE&jwkDeleteAction=DELETE&updateScope=ALL");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(key(name)["description"], "d");
}

TEST_F(Update, RefusesFieldsAndParametersThatItDoesNotKnow) {
    const std::string name = created();
    expect_wrong_fields(put(name, {{"descripton", "d"}}), {"/descripton"});
    expect_wrong_fields(put(name, json::object(), "?onFailures=rollback"), {"?onFailures"});
    expect_wrong_fields(put(name, json::object(), "?onFailure=retry"), {"?onFailure"});
    expect_wrong_fields(put(name, json::object(), "?dryRun=yes"), {"?dryRun"});
    expect_wrong_fields(put(name, json::object(), "?dryRun=true&dryRun=false"), {"?dryRun"});
}

TEST_F(Update, WorksWithoutTheTrailingSlashAndWithAPercentEncodedName) {
    const std::string octets = random_octets(32);
    const std::string name = created(random_octets(32), "a/b " + unique_name());
    const Answer answer = send({.method = "PUT",
                                .path = keys_path() + path_part(name),
                                .body = text_of(change({entry("staging", base64(octets))})),
                                .token = home().token()});
    EXPECT_EQ(answer.json(), success(deployed({"staging"}, check_value(octets))));
}

TEST_F(Update, WithAnEmptyObjectOrListChangesNothing) {
    const std::string name = created();
    const json read = key(name);
    EXPECT_EQ(put(name, json::object()).json(), success(json::array()));
    EXPECT_EQ(put(name, change({})).json(), success(json::array()));
    EXPECT_EQ(key(name), read);
}

TEST_F(Update, OfOneKeyByManyAtOnceLeavesItWhole) {
    const std::string name = created();
    constexpr std::size_t count = 12;
    std::vector<Answer> answers(count);
    std::vector<std::string> octets;
    for (std::size_t i = 0; i < count; ++i)
        octets.push_back(random_octets(32));
    std::latch start(count);
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < count; ++i)
        clients.emplace_back([&, i] {
            HttpClient client(home().port());
            const std::string body = text_of(
                change({entry("production", base64(octets[i])), entry("staging", base64(octets[i]))}));
            start.arrive_and_wait();
            answers[i] =
                client.send({.method = "PUT", .path = key_path(name), .body = body, .token = home().token()});
        });
    clients.clear();
    std::set<std::string> acknowledged;
    for (std::size_t i = 0; i < count; ++i) {
        if (answers[i].status == 200)
            acknowledged.insert(cipher_check_value(octets[i]));
        else
            expect_problem(answers[i], 409, "conflict");
    }
    ASSERT_FALSE(acknowledged.empty());
    const json entries = key(name)["cryptoKeyInfoEnvironmentList"];
    EXPECT_TRUE(acknowledged.contains(entries[0]["keyCheckValue"])) << entries;
    EXPECT_EQ(entries[0]["keyCheckValue"], entries[1]["keyCheckValue"]);
    EXPECT_EQ(objects("production", name), 1U);
    EXPECT_EQ(objects("staging", name), 1U);
}

/// `broken` is an environment of the project whose token does not exist.
class UpdateWithABrokenEnvironment : public KeyLife {
  protected:
    static void SetUpTestSuite() { start({.without_token = {"broken"}}); }
};

TEST_F(UpdateWithABrokenEnvironment, ReplacesTheOthersAndSaysWhy) {
    const std::string fresh = random_octets(32);
    const std::string name = created();
    const Answer answer =
        put(name, change({entry("broken", base64(fresh)), entry("production", base64(fresh))}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const json result = answer.json()["deploymentResult"];
    EXPECT_EQ(answer.json()["success"], true);
    EXPECT_EQ(result["success"], false);
    EXPECT_EQ(result["message"], "Deployment failed in 1 of 2 environments");
    EXPECT_EQ(result["environmentResults"][0]["success"], false);
    EXPECT_EQ(result["environmentResults"][1], deployed({"production"}, check_value(fresh))[0]);
    const json entries = key(name)["cryptoKeyInfoEnvironmentList"];
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[2]["environmentName"], "broken");
    EXPECT_EQ(entries[2]["state"], "FAILED");
    EXPECT_EQ(objects("production", name), 1U);
}

TEST_F(UpdateWithABrokenEnvironment, WithRollbackLeavesEveryOldKey) {
    const std::string octets = random_octets(32);
    const std::string name = created(octets);
    const auto before = ids("production", label_of(name));
    const json read = key(name);
    const std::string fresh = base64(random_octets(32));
    const Answer answer =
        put(name, change({entry("production", fresh), entry("broken", fresh)}), "?onFailure=rollback");
    expect_problem(answer, 503, "hsm_unavailable");
    EXPECT_FALSE(answer.field("retry-after").empty());
    EXPECT_THAT(answer.json()["error_description"].get<std::string>(), testing::HasSubstr("broken"));
    EXPECT_EQ(ids("production", label_of(name)), before);
    EXPECT_EQ(key(name), read);
}

TEST_F(UpdateWithABrokenEnvironment, OfThatOneAloneIsUnavailableAndChangesNothing) {
    const std::string name = created();
    const json read = key(name);
    expect_problem(put(name, change({entry("broken", base64(random_octets(32)))})), 503, "hsm_unavailable");
    EXPECT_EQ(key(name), read);
}

TEST_F(UpdateWithABrokenEnvironment, WithAnotherCheckValueKeepsTheOldKeyThere) {
    const std::string octets = random_octets(32);
    const std::string fresh = random_octets(32);
    const std::string name = created(octets);
    json wrong = entry("staging", base64(fresh));
    wrong["expectedKeyCheckValue"] = cipher_check_value(fresh) == "000000" ? "000001" : "000000";
    const Answer answer = put(name, change({entry("production", base64(fresh)), wrong}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["deploymentResult"]["success"], false);
    const json entries = key(name)["cryptoKeyInfoEnvironmentList"];
    EXPECT_EQ(entries[0]["keyCheckValue"], cipher_check_value(fresh));
    EXPECT_EQ(entries[1]["keyCheckValue"], cipher_check_value(octets));
    EXPECT_EQ(entries[1]["state"], "DEPLOYED");
    EXPECT_EQ(objects("staging", name), 1U);
    expect_problem(put(name, change({wrong})), 400, "validation_failed");
    EXPECT_EQ(objects("staging", name), 1U);
}

}  // namespace
}  // namespace keyward::e2e
