#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

std::set<std::string> members(const json& object) {
    std::set<std::string> names;
    for (const auto& member : object.items())
        names.insert(member.key());
    return names;
}

class ReadKey : public LiveKeyward {
  protected:
    json created(const json& body) {
        EXPECT_EQ(create(body).status, 200);
        const Answer answer = get_key(body["name"]);
        EXPECT_EQ(answer.status, 200) << answer.body;
        const json list = answer.json();
        EXPECT_EQ(list.value("resultCount", 0), 1) << answer.body;
        return list["resultList"][0];
    }
};

TEST_F(ReadKey, AnswersTheFormOfAListWithOneKey) {
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    const Answer answer = get_key(name);
    EXPECT_EQ(answer.status, 200);
    expect_common_fields(answer);
    const json list = answer.json();
    EXPECT_EQ(list["success"], true);
    EXPECT_EQ(list["resultCount"], 1);
    ASSERT_EQ(list["resultList"].size(), 1U);
    EXPECT_EQ(list["resultList"][0]["name"], name);
}

TEST_F(ReadKey, HasTheMembersOfASecretKey) {
    const std::string octets = random_octets(24);
    json body = create_body(unique_name(), "SECRET_KEY", "AES",
                            {{"staging", base64(octets)}, {"production", base64(octets)}});
    body["description"] = "of a payment";
    const json key = created(body);
    EXPECT_EQ(members(key), (std::set<std::string>{"id", "name", "description", "projectId", "keyType",
                                                   "algorithm", "mechanisms", "createdAt", "updatedAt",
                                                   "cryptoKeyInfoEnvironmentList"}));
    EXPECT_EQ(key["name"], body["name"]);
    EXPECT_EQ(key["description"], "of a payment");
    EXPECT_EQ(key["keyType"], "SECRET_KEY");
    EXPECT_EQ(key["algorithm"], "AES");
    EXPECT_EQ(key["mechanisms"], json::array({"AES-GCM"}));
    ASSERT_EQ(key["cryptoKeyInfoEnvironmentList"].size(), 2U);
    for (const json& entry : key["cryptoKeyInfoEnvironmentList"]) {
        EXPECT_EQ(members(entry), (std::set<std::string>{"environmentName", "alias", "source", "size",
                                                         "state", "keyCheckValue"}));
        EXPECT_EQ(entry["alias"], nullptr)
            << "none was sent, so that posting it back asks for the default again";
        EXPECT_EQ(entry["size"], 192);
        EXPECT_EQ(entry["state"], "DEPLOYED");
        EXPECT_EQ(entry["keyCheckValue"], cipher_check_value(octets));
    }
    EXPECT_EQ(key["cryptoKeyInfoEnvironmentList"][0]["environmentName"], "staging");
    EXPECT_EQ(key["cryptoKeyInfoEnvironmentList"][1]["environmentName"], "production");
}

TEST_F(ReadKey, HasThePublicKeyOfAPrivateOneAsPem) {
    const KeyPair& pair = key_pair("P-384");
    const json key =
        created(create_body(unique_name(), "PRIVATE_KEY", "", {{"production", base64(pair.pkcs8_der)}}));
    EXPECT_EQ(key["algorithm"], "EC");
    const json entry = key["cryptoKeyInfoEnvironmentList"][0];
    EXPECT_EQ(members(entry), (std::set<std::string>{"environmentName", "alias", "source", "size", "state",
                                                     "publicKeySha256", "publicKey"}));
    EXPECT_EQ(entry["size"], 384);
    EXPECT_EQ(entry["publicKey"], pair.spki_pem);
    EXPECT_EQ(entry["publicKeySha256"], pair.public_key_sha256());
}

TEST_F(ReadKey, HasThePublicKeyOfEveryAsymmetricType) {
    for (const char* kind : {"RSA-2048", "P-256", "P-521", "secp256k1", "Ed25519"}) {
        const KeyPair& pair = key_pair(kind);
        const json key =
            created(create_body(unique_name(), "PUBLIC_KEY", "", {{"staging", base64(pair.spki_der)}}));
        EXPECT_EQ(key["cryptoKeyInfoEnvironmentList"][0]["publicKey"], pair.spki_pem) << kind;
    }
}

TEST_F(ReadKey, KeepsTheSizeOfAnHmacKeyThatWasPadded) {
    const json key = created(
        create_body(unique_name(), "SECRET_KEY", "HMAC", {{"production", base64(random_octets(20))}}));
    EXPECT_EQ(key["cryptoKeyInfoEnvironmentList"][0]["size"], 160);
}

TEST_F(ReadKey, KeepsTheMechanismsThatWereSent) {
    json body = aes_body(unique_name());
    body["mechanisms"] = {"AES-CMAC"};
    EXPECT_EQ(created(body)["mechanisms"], json::array({"AES-CMAC"}));
}

TEST_F(ReadKey, KeepsTheAliasThatWasSent) {
    json body = create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(random_octets(16))}});
    body["cryptoKeyInfoEnvironmentList"][0]["alias"] = "an alias";
    EXPECT_EQ(created(body)["cryptoKeyInfoEnvironmentList"][0]["alias"], "an alias");
}

TEST_F(ReadKey, HasTimesInUtc) {
    const json key = created(aes_body(unique_name()));
    EXPECT_THAT(key["createdAt"].get<std::string>(), testing::ContainsRegex("^20[0-9-]+T[0-9:.]+Z$"));
    EXPECT_EQ(key["updatedAt"], key["createdAt"]);
}

TEST_F(ReadKey, NeverHoldsTheContent) {
    const std::string octets = random_octets(32);
    const std::string name = unique_name();
    ASSERT_EQ(create(create_body(name, "SECRET_KEY", "AES", {{"production", base64(octets)}})).status, 200);
    const std::string body = get_key(name).body;
    EXPECT_EQ(body.find(base64(octets)), std::string::npos);
    EXPECT_EQ(body.find(hex(octets)), std::string::npos);
    EXPECT_EQ(body.find("\"content\":"), std::string::npos);
}

TEST_F(ReadKey, WorksWithoutTheTrailingSlash) {
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    const Answer answer = get(keys_path() + name);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json(), get_key(name).json());
}

TEST_F(ReadKey, CanBePostedBackUnderAnotherName) {
    json body = aes_body(unique_name());
    json key = created(body);
    key["name"] = unique_name();
    for (std::size_t i = 0; i < 2; ++i) {
        key["cryptoKeyInfoEnvironmentList"][i]["content"] = base64(random_octets(16));
    }
    const Answer answer = create(key);
    EXPECT_EQ(answer.status, 200) << answer.body;
}

class NamedKey : public LiveKeyward, public testing::WithParamInterface<const char*> {};

TEST_P(NamedKey, IsFoundByItsPercentEncodedName) {
    const std::string name = std::string(GetParam()) + unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    const Answer answer = get_key(name);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["resultList"][0]["name"], name);
}

INSTANTIATE_TEST_SUITE_P(OfAnyUtf8, NamedKey,
                         testing::Values("a/b", "a//b/", "with spaces ", "schlüssel-ключ-鍵-", "50%25",
                                         "?a=1&b#", "..", "../..", "\"quoted\\\"", "'; drop table keys;--",
                                         "+plus+"));

TEST_F(ReadKey, IsNotFoundUnderAnUnknownName) {
    expect_problem(get_key("no-such-key"), 404, "not_found");
}

TEST_F(ReadKey, TellsUpperFromLowerCaseNames) {
    const std::string name = "Case" + unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    expect_problem(get_key("cASE" + name.substr(4)), 404, "not_found");
}

TEST_F(ReadKey, RefusesAnUnknownQueryParameter) {
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    expect_problem(get(key_path(name) + "?verbose=true"), 400, "validation_failed");
}

TEST_F(ReadKey, AnswersHeadWithoutABody) {
    const std::string name = unique_name();
    ASSERT_EQ(create(aes_body(name)).status, 200);
    const Answer answer = send({.method = "HEAD", .path = key_path(name), .token = home().token()});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.field("content-length"), std::to_string(get_key(name).body.size()));
}

}  // namespace
}  // namespace keyward::e2e
