#include <gtest/gtest.h>

#include "api/json/key_json.hpp"

namespace keyward {

bool operator==(const FieldError& left, const FieldError& right) {
    return left.pointer == right.pointer && left.message == right.message;
}
void PrintTo(const FieldError& error, std::ostream* stream) {
    *stream << error.pointer << " " << error.message;
}

}  // namespace keyward

namespace keyward::api {
namespace {

Mistakes mistakes_of(const std::string& text) {
    Json body = Json::parse(text);
    Mistakes mistakes;
    read_create_key(body, mistakes);
    return mistakes;
}

const std::string good =
    R"({"name":"k","keyType":"SECRET_KEY","cryptoKeyInfoEnvironmentList":[{"environmentName":"production","content":"AAAA"}]})";

/// The good body, merged with a patch (RFC 7396, except that nulls stay).
Mistakes mistakes_with(const std::string& patch) {
    Json body = Json::parse(good);
    body.update(Json::parse(patch));
    return mistakes_of(body.dump());
}

TEST(CreateKeyFields, AGoodBodyHasNoMistakes) {
    EXPECT_EQ(mistakes_of(good), Mistakes{});
}

TEST(CreateKeyFields, EverythingIsReadIntoTheRequest) {
    Json body = Json::parse(
        R"({"name":"k","description":"d","keyType":"PRIVATE_KEY","algorithm":"EC","mechanisms":["ECDSA-SHA256"],
        "cryptoKeyInfoEnvironmentList":[{"environmentName":"production","alias":"a","expectedKeyCheckValue":"ab","content":"AAAA"}]})");
    Mistakes mistakes;
    const auto request = read_create_key(body, mistakes);
    EXPECT_EQ(mistakes, Mistakes{});
    EXPECT_EQ(request.name, "k");
    EXPECT_EQ(request.description, "d");
    EXPECT_EQ(request.type, keys::KeyType::private_key);
    EXPECT_EQ(request.algorithm, keys::Algorithm::ec);
    EXPECT_EQ(request.mechanisms, MechanismList{"ECDSA-SHA256"});
    ASSERT_EQ(request.environments.size(), 1U);
    EXPECT_EQ(request.environments[0].pointer, "/cryptoKeyInfoEnvironmentList/0");
    EXPECT_EQ(request.environments[0].environment, "production");
    EXPECT_EQ(request.environments[0].alias, "a");
    EXPECT_EQ(request.environments[0].expected_check_value, "ab");
    EXPECT_EQ(request.environments[0].content->reveal_text(), "AAAA");
}

TEST(CreateKeyFields, TheContentLeavesTheJson) {
    Json body = Json::parse(good);
    Mistakes mistakes;
    read_create_key(body, mistakes);
    EXPECT_EQ(body["cryptoKeyInfoEnvironmentList"][0]["content"], "");
}

TEST(CreateKeyFields, EveryWrongFieldIsNamedAtOnce) {
    EXPECT_EQ(
        mistakes_of(
            R"({"keyType":"X","mechanisms":[],"nam":1,"cryptoKeyInfoEnvironmentList":[{"alias":7},5]})"),
        (Mistakes{{"/name", "is missing"},
                  {"/keyType", "must be one of SECRET_KEY, PRIVATE_KEY, PUBLIC_KEY, RSA"},
                  {"/mechanisms", "must have 1 to 64 entries, but has 0"},
                  {"/cryptoKeyInfoEnvironmentList/0/environmentName", "is missing"},
                  {"/cryptoKeyInfoEnvironmentList/0/alias", "must be a string"},
                  {"/cryptoKeyInfoEnvironmentList/0/content", "is missing"},
                  {"/cryptoKeyInfoEnvironmentList/1", "must be an object"},
                  {"/nam", "is not a field of this call"}}));
}

TEST(CreateKeyFields, ABodyThatIsNoObjectIsOneMistake) {
    EXPECT_EQ(mistakes_of("[]"), (Mistakes{{"", "must be a JSON object"}}));
    EXPECT_EQ(mistakes_of("null"), (Mistakes{{"", "must be a JSON object"}}));
}

TEST(CreateKeyFields, NamesHaveOneTo255BytesWithoutControlCharacters) {
    EXPECT_EQ(mistakes_with(R"({"name":""})"), (Mistakes{{"/name", "must not be empty"}}));
    EXPECT_EQ(mistakes_with(R"({"name":")" + std::string(255, 'x') + "\"}"), Mistakes{});
    EXPECT_EQ(mistakes_with(R"({"name":")" + std::string(256, 'x') + "\"}"),
              (Mistakes{{"/name", "must have 1 to 255 bytes, but has 256"}}));
    EXPECT_EQ(mistakes_with(R"({"name":"a\u0000b"})"),
              (Mistakes{{"/name", "must not have the character U+0000"}}));
    EXPECT_EQ(mistakes_with(R"({"name":"a\u0085b"})"),
              (Mistakes{{"/name", "must not have control characters"}}));
    EXPECT_EQ(mistakes_with(R"({"name":5})"), (Mistakes{{"/name", "must be a string"}}));
}

TEST(CreateKeyFields, NoTextMayHaveANul) {
    EXPECT_EQ(mistakes_with(R"({"description":"a\u0000b"})"),
              (Mistakes{{"/description", "must not have the character U+0000"}}));
}

TEST(CreateKeyFields, ADescriptionMayHaveLineBreaksAnd4096Bytes) {
    EXPECT_EQ(mistakes_with(R"({"description":"a\nb"})"), Mistakes{});
    EXPECT_EQ(mistakes_with(R"({"description":")" + std::string(4097, 'x') + "\"}"),
              (Mistakes{{"/description", "must have 0 to 4096 bytes, but has 4097"}}));
}

TEST(CreateKeyFields, TheFieldsOfAKeyThatCanNotBeSetAreIgnored) {
    EXPECT_EQ(
        mistakes_with(
            R"({"id":"x","projectId":1,"createdAt":null,"updatedAt":[],"algorithm":null,"description":null,"mechanisms":null,
        "cryptoKeyInfoEnvironmentList":[{"environmentName":"production","content":"AAAA","alias":null,"source":"content","size":256,
        "state":"DEPLOYED","keyCheckValue":"ABCDEF","publicKeySha256":null,"publicKey":"x","expectedKeyCheckValue":null}]})"),
        Mistakes{});
}

TEST(CreateKeyFields, NoEnvironmentStandsTwice) {
    EXPECT_EQ(
        mistakes_with(
            R"({"cryptoKeyInfoEnvironmentList":[{"environmentName":"a","content":"x"},{"environmentName":"a","content":"x"}]})"),
        (Mistakes{{"/cryptoKeyInfoEnvironmentList/1/environmentName", "stands in the list more than once"}}));
}

TEST(CreateKeyFields, TheListHasOneTo32Entries) {
    EXPECT_EQ(mistakes_with(R"({"cryptoKeyInfoEnvironmentList":[]})"),
              (Mistakes{{"/cryptoKeyInfoEnvironmentList", "must have 1 to 32 entries, but has 0"}}));
    EXPECT_EQ(mistakes_with(R"({"cryptoKeyInfoEnvironmentList":{}})"),
              (Mistakes{{"/cryptoKeyInfoEnvironmentList", "must be an array"}}));
    EXPECT_EQ(mistakes_with(R"({"cryptoKeyInfoEnvironmentList":null})"),
              (Mistakes{{"/cryptoKeyInfoEnvironmentList", "is missing"}}));
}

TEST(CreateKeyFields, APointerEscapesSlashesAndTildes) {
    EXPECT_EQ(mistakes_with(R"({"a/b~c":1})"), (Mistakes{{"/a~1b~0c", "is not a field of this call"}}));
}

TEST(CreateKeyFields, AnUnknownMemberIsRepeatedIfItLooksLikeAName) {
    const std::string key = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";
    EXPECT_EQ(mistakes_with("{\"" + key + "\":1}"),
              (Mistakes{{"/(44 bytes that are not shown)", "is not a field of this call"}}));
    EXPECT_EQ(mistakes_with("{\"" + std::string(70, 'x') + "\":1}"),
              (Mistakes{{"/" + std::string(64, 'x') + "…", "is not a field of this call"}}));
}

TEST(UpdateKeyFields, NullForAnAliasIsAnotherThingThanNothing) {
    Json body = Json::parse(
        R"({"cryptoKeyInfoEnvironmentList":[{"environmentName":"a","alias":null},{"environmentName":"b"}]})");
    Mistakes mistakes;
    const auto request = read_update_key(body, mistakes);
    EXPECT_EQ(mistakes, Mistakes{});
    EXPECT_TRUE(request.environments.at(0).resets_alias);
    EXPECT_FALSE(request.environments.at(1).resets_alias);
}

TEST(CreateKeyFields, InTheOlderFormThePublicKeyIsRead) {
    Json body = Json::parse(
        R"({"name":"k","keyType":"RSA","cryptoKeyInfoEnvironmentList":[{"environmentName":"p","publicKey":"AA","privateKey":"BB"}]})");
    Mistakes mistakes;
    const auto request = read_create_key(body, mistakes);
    EXPECT_EQ(mistakes, Mistakes{});
    EXPECT_EQ(request.environments[0].public_key->reveal_text(), "AA");
    EXPECT_EQ(request.environments[0].private_key->reveal_text(), "BB");
    EXPECT_FALSE(request.environments[0].content);
}

}  // namespace
}  // namespace keyward::api
