// Mechanisms belong to the objects in the tokens: which changes of them are allowed, and the attack that the
// others would allow.
#include <gmock/gmock.h>

#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

class MechanismChange : public KeyUse {
  protected:
    std::string deployed_gcm_key() {
        return new_key("SECRET_KEY", "AES", random_octets(32), {}, {"production", "staging"});
    }
    Answer put(const std::string& name, const json& body, const std::string& query = {}) {
        return send({.method = "PUT",
                     .path = key_path(name) + query,
                     .body = text_of(body),
                     .token = home().token()});
    }
    static json content_for(const std::vector<std::string>& environments) {
        json entries = json::array();
        for (const std::string& environment : environments)
            entries.push_back({{"environmentName", environment}, {"content", base64(random_octets(32))}});
        return entries;
    }
    json mechanisms_of(const std::string& name) {
        return get_key(name).json()["resultList"][0]["mechanisms"];
    }
};

/// The counter block with which GCM encrypts its first block.
std::string first_counter(const std::string& iv) {
    return iv + std::string("\0\0\0\2", 4);
}

TEST_F(MechanismChange, DoesNotOpenWhatGcmClosedWithoutItsTag) {
    const std::string name = deployed_gcm_key();
    const json sealed = used(name, "encrypt", operation("AES-GCM", "a secret message"));
    const json attack = operation("AES-CTR", octets_in(sealed, "output"),
                                  {{"iv", base64(first_counter(octets_in(sealed, "iv")))}});

    expect_wrong_fields(put(name, {{"mechanisms", {"AES-CTR"}}}), {"/mechanisms"});
    expect_wrong_fields(
        put(name, {{"mechanisms", {"AES-CTR"}}, {"cryptoKeyInfoEnvironmentList", content_for({"staging"})}}),
        {"/mechanisms"});
    expect_wrong_fields(put(name, {{"mechanisms", {"AES-CTR"}}}, "?dryRun=true"), {"/mechanisms"});
    expect_wrong_fields(put(name, {{"mechanisms", {"AES-GCM", "AES-CTR"}}}), {"/mechanisms"});
    expect_wrong_fields(use(name, "decrypt", attack), {"/mechanism"});
    // A zero block encrypted without authentication is the key of GHASH.
    for (const char* mode : {"AES-CTR", "AES-ECB", "AES-CBC-PAD"})
        EXPECT_EQ(use(name, "encrypt", operation(mode, std::string(16, '\0'))).status, 400) << mode;
    EXPECT_EQ(mechanisms_of(name), json::array({"AES-GCM"}));
    EXPECT_EQ(decrypted(name, reversed("AES-GCM", sealed)), "a secret message");
}

TEST_F(MechanismChange, OfAnAesKeyComesWithContentInEveryEnvironment) {
    const std::string name = deployed_gcm_key();
    ASSERT_EQ(put(name, {{"mechanisms", {"AES-CTR"}},
                         {"cryptoKeyInfoEnvironmentList", content_for({"production", "staging"})}})
                  .status,
              200);
    EXPECT_EQ(mechanisms_of(name), json::array({"AES-CTR"}));
    EXPECT_EQ(use(name, "encrypt", operation("AES-CTR", "x")).status, 200);
    expect_wrong_fields(put(name, {{"mechanisms", {"AES-GCM"}}}), {"/mechanisms"});
}

TEST_F(MechanismChange, OfAnAesKeyThatFailsInOneEnvironmentChangesNothing) {
    const std::string name = deployed_gcm_key();
    json entries = content_for({"production", "staging"});
    entries[1]["expectedKeyCheckValue"] = "000000";
    const Answer answer = put(name, {{"mechanisms", {"AES-CTR"}}, {"cryptoKeyInfoEnvironmentList", entries}});
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(mechanisms_of(name), json::array({"AES-GCM"}));
    for (const char* environment : {"production", "staging"})
        EXPECT_EQ(use(name, "encrypt", operation("AES-GCM", "x"), environment).status, 200);
}

TEST_F(MechanismChange, OfSignaturesNeedsNoContentAndTheObjectMakesThem) {
    const std::string name = secret("HMAC", random_octets(32), {"SHA256-HMAC"});
    ASSERT_EQ(put(name, {{"mechanisms", {"SHA512-HMAC"}}}).status, 200);
    EXPECT_EQ(use(name, "sign", operation("SHA512-HMAC", "message")).status, 200);
    expect_wrong_fields(use(name, "sign", operation("SHA256-HMAC", "message")), {"/mechanism"});
}

TEST_F(MechanismChange, OfRsaSignaturesKeepsDigestsWorking) {
    const std::string name = new_key("PRIVATE_KEY", "", key_pair("RSA-2048").pkcs8_pem, {"SHA256-RSA-PKCS"});
    ASSERT_EQ(put(name, {{"mechanisms", {"SHA384-RSA-PKCS-PSS"}}}).status, 200);
    EXPECT_EQ(use(name, "sign", {{"mechanism", "SHA384-RSA-PKCS-PSS"}, {"digest", base64(random_octets(48))}})
                  .status,
              200);
    expect_wrong_fields(put(name, {{"mechanisms", {"RSA-PKCS-OAEP"}}}), {"/mechanisms"});
}

TEST_F(MechanismChange, TellsOfTwoPurposesInTheAnswer) {
    const std::string pem = key_pair("RSA-2048").pkcs8_pem;
    json body = create_body(unique_name(), "PRIVATE_KEY", "", {{"production", base64(pem)}});
    const json both = create(body).json()["deploymentResult"]["environmentResults"][0];
    ASSERT_TRUE(both.contains("warnings")) << both;
    EXPECT_EQ(both["warnings"][0]["code"], "two_purposes");
    body["name"] = unique_name();
    body["mechanisms"] = {"RSA-PKCS-OAEP"};
    EXPECT_FALSE(create(body).json()["deploymentResult"]["environmentResults"][0].contains("warnings"));
}

class StrictPurposes : public MechanismChange {
  protected:
    static void SetUpTestSuite() { start({.policy = "rsa_two_purposes = \"refuse\"\n"}); }
};

TEST_F(StrictPurposes, MakeAnRsaKeyForSignatures) {
    json body = create_body(unique_name(), "PRIVATE_KEY", "",
                            {{"production", base64(key_pair("RSA-2048").pkcs8_pem)}});
    ASSERT_EQ(create(body).status, 200);
    EXPECT_THAT(mechanisms_of(body["name"]), testing::Not(testing::Contains("RSA-PKCS-OAEP")));
    body["name"] = unique_name();
    body["mechanisms"] = {"SHA256-RSA-PKCS", "RSA-PKCS-OAEP"};
    expect_wrong_fields(create(body), {"/mechanisms"});
}

}  // namespace
}  // namespace keyward::e2e
