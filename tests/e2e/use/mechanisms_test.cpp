#include <gmock/gmock.h>

#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;
using testing::ElementsAreArray;

std::string path(const std::string& environment) {
    return "/apiops/environments/" + environment + "/mechanisms/";
}

std::vector<std::string> names_in(const Answer& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    const json body = answer.json();
    EXPECT_EQ(body.value("success", false), true);
    EXPECT_EQ(body.value("resultCount", std::size_t{0}), body["resultList"].size());
    std::vector<std::string> names;
    for (const json& row : body["resultList"])
        names.push_back(row.value("name", ""));
    return names;
}

json row_of(const Answer& answer, const std::string& name) {
    const json body = answer.json();
    for (const json& row : body["resultList"])
        if (row.value("name", "") == name) return row;
    return {};
}

class Mechanisms : public KeyUse {};

TEST_F(Mechanisms, OfSoftHsm2AreThese) {
    EXPECT_THAT(names_in(get(path("production"))), ElementsAreArray({"AES-GCM",
                                                                     "AES-CBC-PAD",
                                                                     "AES-CTR",
                                                                     "AES-CMAC",
                                                                     "SHA-1-HMAC",
                                                                     "SHA224-HMAC",
                                                                     "SHA256-HMAC",
                                                                     "SHA384-HMAC",
                                                                     "SHA512-HMAC",
                                                                     "SHA256-RSA-PKCS",
                                                                     "SHA384-RSA-PKCS",
                                                                     "SHA512-RSA-PKCS",
                                                                     "SHA256-RSA-PKCS-PSS",
                                                                     "SHA384-RSA-PKCS-PSS",
                                                                     "SHA512-RSA-PKCS-PSS",
                                                                     "RSA-PKCS-OAEP",
                                                                     "ECDSA-SHA256",
                                                                     "ECDSA-SHA384",
                                                                     "ECDSA-SHA512",
                                                                     "EDDSA"}));
}

TEST_F(Mechanisms, SayWhatTheyTakeAndWhereTheyComeFrom) {
    const Answer list = get(path("production"));
    EXPECT_EQ(
        row_of(list, "AES-GCM"),
        (json{{"name", "AES-GCM"},
              {"algorithm", "AES"},
              {"operations", {"encrypt", "decrypt"}},
              {"parameters", {"iv", "aad", "tag"}},
              {"legacy", false},
              {"limits",
               "IV of 12 octets, made by the service unless sent; at most 2^32 encryptions a key with made "
               "IVs (NIST SP 800-38D 8.3); tag of 16 octets"},
              {"source", "PKCS#11 3.0 section AES-GCM, NIST SP 800-38D"}}));
    EXPECT_EQ(row_of(list, "RSA-PKCS-OAEP")["hashes"], json::array({"SHA-1"}));
    EXPECT_EQ(row_of(list, "ECDSA-SHA256")["operations"], json::array({"sign", "verify"}));
}

TEST_F(Mechanisms, AreForWhoeverHasAGrantThere) {
    EXPECT_EQ(
        send({.path = path("staging"), .token = home().user("there", {"SECRETS:USE"}, "staging")}).status,
        200);
    const std::string admin = home().user("admin", {});
    home().must({"grant", "admin", "--admin"});
    EXPECT_EQ(send({.path = path("staging"), .token = admin}).status, 200);
    const std::string text =
        "Environment (name: staging) is not found or user does not have privilege to access it!";
    for (const std::string& token :
         {home().user("elsewhere", {"SECRETS:USE"}, "production"), home().user("stranger", {})})
        expect_problem(send({.path = path("staging"), .token = token}), 400, "bad_request", text);
    expect_problem(send({.path = path("staging")}), 401, "invalid_token");
    expect_problem(get(path("nowhere")), 400, "bad_request");
}

TEST_F(Mechanisms, AreAllUsable) {
    const auto names = names_in(get(path("production")));
    for (const auto& [algorithm, name] :
         {std::pair{"HMAC", secret("HMAC", random_octets(64))},
          std::pair{"RSA", new_key("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der)},
          std::pair{"EC", new_key("PRIVATE_KEY", "EC", key_pair("P-256").pkcs8_der)},
          std::pair{"Ed25519", new_key("PRIVATE_KEY", "Ed25519", key_pair("Ed25519").pkcs8_der)}}) {
        const json key = get_key(name).json()["resultList"][0];
        for (const json& mechanism : key["mechanisms"]) {
            EXPECT_NE(std::ranges::find(names, mechanism.get<std::string>()), names.end()) << mechanism;
            if (mechanism.get<std::string>() == "RSA-PKCS-OAEP") continue;
            EXPECT_EQ(use(name, "sign", operation(mechanism, "message")).status, 200)
                << algorithm << " " << mechanism;
        }
    }
}

class LegacyMechanisms : public KeyUse {
  protected:
    static void SetUpTestSuite() { start({.policy = "legacy_mechanisms = true"}); }
};

TEST_F(LegacyMechanisms, AreListedWhereTheyAreAllowed) {
    const Answer list = get(path("production"));
    std::vector<std::string> legacy;
    for (const std::string& name : names_in(list))
        if (row_of(list, name).value("legacy", false)) legacy.push_back(name);
    EXPECT_THAT(legacy, ElementsAreArray({"AES-ECB", "DES-CBC-PAD", "DES3-CBC-PAD", "RSA-PKCS"}));
}

}  // namespace
}  // namespace keyward::e2e
