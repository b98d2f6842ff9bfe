#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/lifecycle/key_life.hpp"
#include "tests/e2e/support/catalogue_rows.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

json would_be_deployed(const std::vector<std::string>& environments, const json& proof) {
    json results = deployed(environments, proof);
    for (json& result : results)
        result["message"] = "Would be deployed";
    return results;
}

/// `broken` is an environment of the project whose token does not exist.
class DryRun : public KeyLife {
  protected:
    static void SetUpTestSuite() { start({.without_token = {"broken"}}); }

    Answer try_out(const json& body, const std::string& query = "?dryRun=true") {
        return post(keys_path() + query, text_of(body));
    }
    /// The state that a dry run must not change.
    static std::vector<std::size_t> traces() {
        std::vector<std::size_t> all{all_objects()};
        for (const char* rows : {"keys", "deployments", "intents", "tombstones", "audit"})
            all.push_back(static_cast<std::size_t>(rows_in(home(), rows)));
        return all;
    }
};

TEST_F(DryRun, OfACreateAnswersLikeOneAndLeavesNothing) {
    const std::string octets = random_octets(32);
    const std::string name = unique_name();
    const auto before = traces();
    const Answer answer = try_out(create_body(name, "SECRET_KEY", "AES",
                                              {{"staging", base64(octets)}, {"production", base64(octets)}}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    expect_common_fields(answer);
    const json result = answer.json()["deploymentResult"];
    EXPECT_EQ(answer.json()["success"], true);
    EXPECT_EQ(result["success"], true);
    EXPECT_EQ(result["environmentResults"],
              would_be_deployed({"staging", "production"}, check_value(octets)));
    EXPECT_EQ(traces(), before);
    expect_problem(get_key(name), 404, "not_found");
}

TEST_F(DryRun, TriesEveryKindOfKey) {
    const auto before = traces();
    for (const char* kind : {"RSA-2048", "P-256", "P-521", "secp256k1", "Ed25519"}) {
        const KeyPair& pair = key_pair(kind);
        for (const auto& [type, content] :
             {std::pair{"PRIVATE_KEY", pair.pkcs8_pem}, std::pair{"PUBLIC_KEY", pair.spki_pem}}) {
            const Answer answer =
                try_out(create_body(unique_name(), type, "", {{"production", base64(content)}}));
            EXPECT_EQ(without_warnings(answer.json())["deploymentResult"]["environmentResults"],
                      would_be_deployed({"production"}, {{"publicKeySha256", pair.public_key_sha256()}}))
                << kind << " " << type << " " << answer.body;
        }
    }
    const std::string mac = random_octets(20);
    EXPECT_EQ(try_out(create_body(unique_name(), "SECRET_KEY", "HMAC", {{"production", base64(mac)}}))
                  .json()["deploymentResult"]["environmentResults"],
              would_be_deployed({"production"}, {{"keyCheckValue", hmac_check_value(mac)}}));
    EXPECT_EQ(traces(), before);
}

TEST_F(DryRun, SaysWhichEnvironmentWouldFailAndWhy) {
    const std::string octets = random_octets(32);
    const auto before = traces();
    json body = create_body(
        unique_name(), "SECRET_KEY", "AES",
        {{"production", base64(octets)}, {"staging", base64(octets)}, {"broken", base64(octets)}});
    body["cryptoKeyInfoEnvironmentList"][1]["expectedKeyCheckValue"] =
        cipher_check_value(octets) == "000000" ? "000001" : "000000";
    const Answer answer = try_out(body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const json result = answer.json()["deploymentResult"];
    EXPECT_EQ(result["success"], false);
    EXPECT_EQ(result["environmentResults"][0], would_be_deployed({"production"}, check_value(octets))[0]);
    for (const std::size_t failed : {1U, 2U}) {
        EXPECT_EQ(result["environmentResults"][failed]["success"], false);
        EXPECT_NE(result["environmentResults"][failed]["message"], "Would be deployed");
        EXPECT_FALSE(result["environmentResults"][failed]["message"].get<std::string>().empty());
    }
    EXPECT_EQ(traces(), before);
}

TEST_F(DryRun, ThatEveryTokenRefusesIsTheClientsToMend) {
    const std::string octets = random_octets(32);
    json body = create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(octets)}});
    body["cryptoKeyInfoEnvironmentList"][0]["expectedKeyCheckValue"] =
        cipher_check_value(octets) == "000000" ? "000001" : "000000";
    expect_wrong_fields(try_out(body), {"/cryptoKeyInfoEnvironmentList/0"});
}

TEST_F(DryRun, WithoutAnyTokenInReachIsUnavailable) {
    expect_problem(
        try_out(create_body(unique_name(), "SECRET_KEY", "AES", {{"broken", base64(random_octets(32))}})),
        503, "hsm_unavailable");
}

TEST_F(DryRun, OfATakenNameIsTheSameRefusal) {
    const std::string name = created();
    expect_problem(
        try_out(aes_body(name)), 400, "bad_request",
        "Key (name: " + name + ") is already exist! Try update operation if want to change its value.");
}

TEST_F(DryRun, RefusesTheSameFieldsAsACreate) {
    json body = aes_body(unique_name());
    body["algorithm"] = "DES";
    expect_problem(try_out(body), 400, "validation_failed");
    expect_wrong_fields(try_out(aes_body(unique_name()), "?dryRun=1"), {"?dryRun"});
    expect_wrong_fields(try_out(aes_body(unique_name()), "?dryRun="), {"?dryRun"});
}

TEST_F(DryRun, ThatIsSaidToBeFalseIsACreate) {
    const std::string name = unique_name();
    EXPECT_EQ(try_out(aes_body(name), "?dryRun=false").status, 200);
    EXPECT_EQ(get_key(name).status, 200);
}

TEST_F(DryRun, CanBeFollowedByTheRealThing) {
    const json body = aes_body(unique_name());
    EXPECT_EQ(try_out(body).status, 200);
    EXPECT_EQ(create(body).status, 200);
}

TEST_F(DryRun, OfAnUpdateLeavesTheKeyAsItIs) {
    const std::string name = created();
    const std::string fresh = random_octets(32);
    const json read = key(name);
    const auto before = traces();
    json body = change({entry("production", base64(fresh))});
    body["description"] = "another";
    const Answer answer = put(name, body, "?dryRun=true");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["deploymentResult"]["environmentResults"],
              would_be_deployed({"production"}, check_value(fresh)));
    EXPECT_EQ(key(name), read);
    EXPECT_EQ(traces(), before);
}

}  // namespace
}  // namespace keyward::e2e
