#include <fstream>

#include "tests/e2e/known_answers/known_answers.hpp"
#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// Vectors of Wycheproof; each group names its file. Private keys are in PKCS#8, public keys in PKCS#1,
/// octets in hexadecimal.
const json& vectors() {
    static const json all = json::parse(std::ifstream(KEYWARD_VECTORS "/rsa.json"));
    return all;
}

/// The vectors of one key.
struct Group {
    json vectors;
};

void PrintTo(const Group& group, std::ostream* out) {
    *out << group.vectors.at("name").get<std::string>();
}

std::vector<Group> groups(const char* kind) {
    std::vector<Group> all;
    for (const json& group : vectors().at(kind))
        all.push_back({group});
    return all;
}

std::string octets(const json& object, const char* member) {
    return from_hex(object.at(member).get_ref<const std::string&>());
}

/// Enables legacy mechanisms, so that all are tested.
class PublishedRsa : public KeyUse, public testing::WithParamInterface<Group> {
  protected:
    static void SetUpTestSuite() { start({.policy = "legacy_mechanisms = true"}); }

    static const json& group() { return GetParam().vectors; }
    static std::string mechanism() { return group().at("mechanism"); }
    std::string private_key() {
        return new_key("PRIVATE_KEY", "RSA", octets(group(), "privateKey"), {mechanism()});
    }
    static std::string title(const json& test) {
        return group().value("source", "") + " tcId " + std::to_string(test.value("id", 0)) + " " +
               test.value("comment", "");
    }
};

constexpr auto name_of_group = [](const auto& each) {
    return each.param.vectors.at("name").template get<std::string>();
};

class PublishedRsaSignature : public PublishedRsa {};

TEST_P(PublishedRsaSignature, IsMadeAsPublished) {
    const std::string key = private_key();
    for (const json& test : group().at("tests")) {
        SCOPED_TRACE(title(test));
        EXPECT_EQ(hex(signature(key, operation(mechanism(), octets(test, "message")))),
                  test.at("signature").get<std::string>());
    }
}

TEST_P(PublishedRsaSignature, IsVerifiedAndRefusedWhenItIsNotItself) {
    const std::string key = private_key();
    for (const json& test : group().at("tests")) {
        SCOPED_TRACE(title(test));
        const json message = operation(mechanism(), octets(test, "message"));
        const std::string right = octets(test, "signature");
        EXPECT_TRUE(verifies(key, message, right));
        EXPECT_FALSE(verifies(key, message, damaged(right, right.size() - 1)));
        EXPECT_FALSE(verifies(key, message, right.substr(1)));
        EXPECT_FALSE(verifies(key, message, right + std::string(1, '\0')));
        EXPECT_FALSE(verifies(key, operation(mechanism(), octets(test, "message") + "!"), right));
    }
}

INSTANTIATE_TEST_SUITE_P(Of, PublishedRsaSignature, testing::ValuesIn(groups("signatures")), name_of_group);

class PublishedPss : public PublishedRsa {};

TEST_P(PublishedPss, IsVerifiedOrRefusedAsPublished) {
    const std::string key = new_key("PUBLIC_KEY", "RSA", octets(group(), "publicKey"), {mechanism()});
    for (const json& test : group().at("tests")) {
        SCOPED_TRACE(title(test));
        EXPECT_EQ(verifies(key, operation(mechanism(), octets(test, "message")), octets(test, "signature")),
                  test.at("valid").get<bool>());
    }
}

INSTANTIATE_TEST_SUITE_P(Of, PublishedPss, testing::ValuesIn(groups("verifications")), name_of_group);

class PublishedRsaCiphertext : public PublishedRsa {};

TEST_P(PublishedRsaCiphertext, IsDecryptedOrRefusedAsPublished) {
    const std::string key = private_key();
    for (const json& test : group().at("tests")) {
        SCOPED_TRACE(title(test));
        json body = operation(mechanism(), octets(test, "ciphertext"));
        if (group().contains("hash")) body["hash"] = group().at("hash");
        if (test.at("valid").get<bool>())
            EXPECT_EQ(hex(decrypted(key, body)), test.at("plaintext").get<std::string>());
        else
            expect_not_decrypted(key, body);
    }
}

INSTANTIATE_TEST_SUITE_P(Of, PublishedRsaCiphertext, testing::ValuesIn(groups("decryptions")), name_of_group);

}  // namespace

std::set<std::string> mechanisms_of_known_rsa() {
    std::set<std::string> names;
    for (const char* kind : {"signatures", "verifications", "decryptions"})
        for (const json& group : vectors().at(kind))
            if (!group.at("tests").empty()) names.insert(group.at("mechanism").get<std::string>());
    return names;
}

}  // namespace keyward::e2e
