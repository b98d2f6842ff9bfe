#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"
#include "tests/e2e/support/token.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

json older_body(const std::string& name, const json& halves) {
    json entry{{"environmentName", "production"}};
    entry.update(halves);
    return {{"name", name}, {"keyType", "RSA"}, {"cryptoKeyInfoEnvironmentList", json::array({entry})}};
}

constexpr const char* entry_pointer = "/cryptoKeyInfoEnvironmentList/0";

std::string below(const std::string& field) {
    return std::string(entry_pointer) + "/" + field;
}

json rsa_proof(int number = 0) {
    return {{"publicKeySha256", key_pair("RSA-2048", number).public_key_sha256()}};
}

class OlderForm : public LiveKeyward {
  protected:
    std::vector<std::string> kinds_of(const std::string& name) {
        std::vector<std::string> kinds;
        for (const TokenObject& object : objects_in(home(), "production", std::string(project) + "/" + name))
            kinds.push_back(object.kind);
        std::ranges::sort(kinds);
        return kinds;
    }
};

TEST_F(OlderForm, TakesBothHalves) {
    const KeyPair& pair = key_pair("RSA-2048");
    const std::string name = unique_name();
    const Answer answer = create(
        older_body(name, {{"publicKey", base64(pair.spki_pem)}, {"privateKey", base64(pair.pkcs8_pem)}}));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(without_warnings(answer.json()), success(deployed({"production"}, rsa_proof())));
    EXPECT_EQ(kinds_of(name), (std::vector<std::string>{"private", "public"}));
}

TEST_F(OlderForm, TakesThePrivateHalfAlone) {
    const std::string name = unique_name();
    const Answer answer =
        create(older_body(name, {{"privateKey", base64(key_pair("RSA-2048").traditional_der)}}));
    EXPECT_EQ(without_warnings(answer.json()), success(deployed({"production"}, rsa_proof())));
    EXPECT_EQ(kinds_of(name), (std::vector<std::string>{"private", "public"}));
}

TEST_F(OlderForm, TakesThePublicHalfAlone) {
    const std::string name = unique_name();
    const Answer answer =
        create(older_body(name, {{"publicKey", base64(key_pair("RSA-2048").rsa_public_der)}}));
    EXPECT_EQ(without_warnings(answer.json()), success(deployed({"production"}, rsa_proof())));
    EXPECT_EQ(kinds_of(name), (std::vector<std::string>{"public"}));
}

TEST_F(OlderForm, TakesDerPemAndCertificatesMixed) {
    const KeyPair& pair = key_pair("RSA-2048");
    const Answer answer =
        create(older_body(unique_name(), {{"publicKey", as_certutil_writes(pair.certificate_der)},
                                          {"privateKey", base64(pair.pkcs8_der)}}));
    EXPECT_EQ(without_warnings(answer.json()), success(deployed({"production"}, rsa_proof())));
}

TEST_F(OlderForm, TakesNullForTheHalfThatIsNotThere) {
    const Answer answer =
        create(older_body(unique_name(), {{"publicKey", nullptr},
                                          {"privateKey", base64(key_pair("RSA-2048").pkcs8_der)},
                                          {"content", nullptr}}));
    EXPECT_EQ(without_warnings(answer.json()), success(deployed({"production"}, rsa_proof())));
}

TEST_F(OlderForm, RefusesHalvesThatDoNotBelongTogether) {
    const Answer answer =
        create(older_body(unique_name(), {{"publicKey", base64(key_pair("RSA-2048", 1).spki_der)},
                                          {"privateKey", base64(key_pair("RSA-2048").pkcs8_der)}}));
    expect_problem(answer, 400, "validation_failed");
    const auto details = details_of(answer);
    ASSERT_EQ(details.size(), 1U) << answer.body;
    EXPECT_TRUE(details.begin()->first.starts_with(entry_pointer)) << answer.body;
}

TEST_F(OlderForm, RefusesAnEntryWithoutEitherHalf) {
    const Answer answer = create(older_body(unique_name(), json::object()));
    expect_problem(answer, 400, "validation_failed");
    ASSERT_FALSE(details_of(answer).empty());
    EXPECT_TRUE(details_of(answer).begin()->first.starts_with(entry_pointer)) << answer.body;
}

TEST_F(OlderForm, RefusesContent) {
    const std::string key = base64(key_pair("RSA-2048").pkcs8_der);
    expect_wrong_fields(create(older_body(unique_name(), {{"privateKey", key}, {"content", key}})),
                        {below("content")});
}

TEST_F(OlderForm, RefusesAPublicKeyAsThePrivateHalf) {
    expect_wrong_fields(
        create(older_body(unique_name(), {{"privateKey", base64(key_pair("RSA-2048").spki_der)}})),
        {below("privateKey")});
}

TEST_F(OlderForm, RefusesAPrivateKeyAsThePublicHalf) {
    expect_wrong_fields(
        create(older_body(unique_name(), {{"publicKey", base64(key_pair("RSA-2048").pkcs8_der)}})),
        {below("publicKey")});
}

TEST_F(OlderForm, RefusesAKeyThatIsNotRsa) {
    expect_wrong_fields(
        create(older_body(unique_name(), {{"privateKey", base64(key_pair("P-256").pkcs8_der)}})),
        {below("privateKey")});
}

TEST_F(OlderForm, NamesBothHalvesWhenBothAreWrong) {
    expect_wrong_fields(create(older_body(unique_name(), {{"privateKey", "!"}, {"publicKey", "?"}})),
                        {below("privateKey"), below("publicKey")});
}

TEST_F(OlderForm, IsReadBackAsThatForm) {
    const std::string name = unique_name();
    ASSERT_EQ(create(older_body(name, {{"privateKey", base64(key_pair("RSA-2048").pkcs8_der)}})).status, 200);
    const json key = get_key(name).json()["resultList"][0];
    EXPECT_EQ(key["keyType"], "RSA");
    EXPECT_EQ(key["algorithm"], "RSA");
    EXPECT_EQ(key["cryptoKeyInfoEnvironmentList"][0]["size"], 2048);
}

class NewerForm : public LiveKeyward {};

TEST_F(NewerForm, RefusesTheHalvesOfTheOlderOne) {
    json body = create_body(unique_name(), "PRIVATE_KEY", "RSA",
                            {{"production", base64(key_pair("RSA-2048").pkcs8_der)}});
    body["cryptoKeyInfoEnvironmentList"][0]["privateKey"] = base64(key_pair("RSA-2048").pkcs8_der);
    expect_wrong_fields(create(body), {below("privateKey")});
}

}  // namespace
}  // namespace keyward::e2e
