#include "api/json/use_json.hpp"
#include "tests/unit/api/use_fixture.hpp"

namespace keyward::api {
namespace {

/// One wrong operation: what is sent, and what is said of it.
struct WrongOperation {
    const char* name;  ///< of the test
    const char* call;
    const char* key;
    const char* body;
    std::vector<std::pair<std::string, std::string>> mistakes;
};

void PrintTo(const WrongOperation& wrong, std::ostream* out) {
    *out << wrong.call << " " << wrong.body;
}

constexpr auto not_a_field = "is not a field of this call";

const std::vector<WrongOperation> wrong_operations{
    {"NothingAtAll", "encrypt", "gcm", "{}", {{"/mechanism", "is missing; the key has AES-GCM to encrypt"}}},
    {"NoInput", "encrypt", "gcm", R"({"mechanism":"AES-GCM"})", {{"/input", "is missing"}}},
    {"NoObject", "encrypt", "gcm", "[]", {{"", "must be a JSON object"}}},
    {"AnUnknownField",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"","nonce":""})",
     {{"/nonce", not_a_field}}},
    {"AMechanismThatIsNoText",
     "encrypt",
     "gcm",
     R"({"mechanism":7,"input":""})",
     {{"/mechanism", "must be a string"}}},
    {"AMechanismWithoutAName",
     "encrypt",
     "gcm",
     R"({"mechanism":"","input":""})",
     {{"/mechanism", "must not be empty"}}},
    {"AMechanismThatNobodyKnows",
     "encrypt",
     "gcm",
     R"({"mechanism":"aes-gcm","input":""})",
     {{"/mechanism",
       "is not the name of a mechanism, in upper case with dashes; the key has AES-GCM to encrypt"}}},
    {"AMechanismOfAnotherAlgorithm",
     "encrypt",
     "gcm",
     R"({"mechanism":"EDDSA","input":""})",
     {{"/mechanism", "is for Ed25519 keys, but the key is for AES; the key has AES-GCM to encrypt"}}},
    {"AMechanismThatIsNotAmongTheKeys",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-CTR","input":""})",
     {{"/mechanism", "is not among the key's mechanisms; the key has AES-GCM to encrypt"}}},
    {"AMechanismOfTheOtherKind",
     "sign",
     "gcm",
     R"({"mechanism":"AES-GCM","input":""})",
     {{"/mechanism", "does not sign; the key has none to sign"}}},
    {"ALegacyMechanism",
     "encrypt",
     "ecb",
     R"({"mechanism":"AES-ECB","input":""})",
     {{"/mechanism",
       "is a legacy mechanism, which the configuration does not allow (policy.legacy_mechanisms); the key "
       "has "
       "none to encrypt"}}},
    {"ThePrivateHalfOfAPublicKey",
     "sign",
     "public",
     R"({"mechanism":"ECDSA-SHA256","input":""})",
     {{"/mechanism",
       "needs the private key to sign, but the key is a public key; the key has none to sign"}}},
    {"AnInputThatIsNoText",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":[1,2]})",
     {{"/input", "must be a string of base64"}}},
    {"AnInputInBase64Url",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"_-8="})",
     {{"/input",
       "is not base64: character 1 belongs to base64url; send base64 of RFC 4648 section 4, with + and /"}}},
    {"AnInputWithoutItsPadding",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"AA"})",
     {{"/input",
       "is not base64: it has 2 characters, which is not a multiple of 4; send it whole and with its "
       "padding (=)"}}},
    {"AnInputThatIsNotBase64",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"A A\u00e4A"})",
     {{"/input",
       "is not base64: character 4 does not belong to base64; send it encoded with, for example, base64 "
       "-w0"}}},
    {"AnIvOfTheWrongSize",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"","iv":"AAAAAAAAAAAAAAAAAAAAAA=="})",
     {{"/iv", "must have 12 octets, but has 16"}}},
    {"AnEmptyIv",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"","iv":""})",
     {{"/iv", "must have 12 octets, but has 0"}}},
    {"ATagToEncrypt",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"","tag":"AAAA"})",
     {{"/tag", "is made by the encryption"}}},
    {"ADecryptionWithoutItsParameters",
     "decrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":""})",
     {{"/iv", "is missing: send the one that the encryption answered"},
      {"/tag", "is missing: send the one that the encryption answered"}}},
    {"ATruncatedTag",
     "decrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"","iv":"AAAAAAAAAAAAAAAA","tag":"AAAAAAAAAAAAAAAA"})",
     {{"/tag", "must have 16 octets, but has 12"}}},
    {"EverythingThatGcmDoesNotTake",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","input":"","hash":"SHA256","format":"raw","signature":"AAAA"})",
     {{"/hash", "AES-GCM has a hash of its own or none"},
      {"/format", "AES-GCM has one form only"},
      {"/signature", "is for verify; this call does not read one"}}},
    {"ADigestToEncrypt",
     "encrypt",
     "gcm",
     R"({"mechanism":"AES-GCM","digest":"AAAA"})",
     {{"/digest", "AES-GCM takes no digest; send input"}}},
    {"DataToAuthenticateWithoutATag",
     "encrypt",
     "ctr",
     R"({"mechanism":"AES-CTR","input":"","aad":"AAAA"})",
     {{"/aad", "AES-CTR takes none: it authenticates nothing"}}},
    {"ATagWithoutAuthentication",
     "decrypt",
     "ctr",
     R"({"mechanism":"AES-CTR","input":"","iv":"AAAAAAAAAAAAAAAAAAAAAA==","tag":"AAAA"})",
     {{"/tag", "AES-CTR takes none"}}},
    {"ACiphertextThatIsNoWholeBlock",
     "decrypt",
     "cbc",
     R"({"mechanism":"AES-CBC-PAD","input":"AAAA","iv":"AAAAAAAAAAAAAAAAAAAAAA=="})",
     {{"/input", "must have whole blocks of 16 octets, at least one, but has 3 octets"}}},
    {"AnIvForASignature",
     "sign",
     "hmac",
     R"({"mechanism":"SHA256-HMAC","input":"","iv":""})",
     {{"/iv", "SHA256-HMAC takes none"}}},
    {"ADigestForAMac",
     "sign",
     "hmac",
     R"({"mechanism":"SHA256-HMAC","digest":"AAAA"})",
     {{"/digest", "SHA256-HMAC takes no digest; send input"}}},
    {"NoSignatureToVerify",
     "verify",
     "hmac",
     R"({"mechanism":"SHA256-HMAC","input":""})",
     {{"/signature", "is missing"}}},
    {"ASignatureToSign",
     "sign",
     "hmac",
     R"({"mechanism":"SHA256-HMAC","input":"","signature":""})",
     {{"/signature", "is for verify; this call does not read one"}}},
    {"NeitherInputNorDigest",
     "sign",
     "ec",
     R"({"mechanism":"ECDSA-SHA256"})",
     {{"/input", "is missing: send input, or its digest"}}},
    {"BothInputAndDigest",
     "sign",
     "ec",
     R"({"mechanism":"ECDSA-SHA256","input":"","digest":"AAAA"})",
     {{"/digest", "can't be sent together with input"}}},
    {"ADigestOfTheWrongSize",
     "sign",
     "ec",
     R"({"mechanism":"ECDSA-SHA256","digest":"AAAA"})",
     {{"/digest", "must have 32 octets, but has 3"}}},
    {"AnotherFormat",
     "sign",
     "ec",
     R"({"mechanism":"ECDSA-SHA256","input":"","format":"DER"})",
     {{"/format", "must be der or raw"}}},
    {"NoHashForOaep",
     "encrypt",
     "rsa",
     R"({"mechanism":"RSA-PKCS-OAEP","input":""})",
     {{"/hash", "is missing: it must be one of SHA-1, SHA224, SHA256, SHA384, SHA512"}}},
    {"AHashThatNobodyKnows",
     "encrypt",
     "rsa",
     R"({"mechanism":"RSA-PKCS-OAEP","input":"","hash":"MD5"})",
     {{"/hash", "must be one of SHA-1, SHA224, SHA256, SHA384, SHA512"}}},
    {"ACiphertextShorterThanTheModulus",
     "decrypt",
     "rsa",
     R"({"mechanism":"RSA-PKCS-OAEP","input":"AAAA","hash":"SHA-1"})",
     {{"/input", "must have 256 octets, but has 3"}}},
    {"AnEmptyBatch",
     "encrypt",
     "gcm",
     R"({"batch":[]})",
     {{"/batch", "must have 1 to 1000 entries, but has 0"}}},
    {"ABatchThatIsNoArray", "encrypt", "gcm", R"({"batch":{}})", {{"/batch", "must be an array"}}},
    {"AnEntryThatIsNoObject", "encrypt", "gcm", R"({"batch":[7]})", {{"/batch/0", "must be an object"}}},
    {"FieldsBesideABatch",
     "encrypt",
     "gcm",
     R"({"batch":[{"mechanism":"AES-GCM","input":""}],"mechanism":"AES-GCM","input":null,"nonce":1})",
     {{"/mechanism", "can't stand beside batch; it belongs into its entries"}, {"/nonce", not_a_field}}},
    {"ABatchWithinABatch",
     "encrypt",
     "gcm",
     R"({"batch":[{"batch":[]}]})",
     {{"/batch/0/batch", not_a_field}, {"/batch/0/mechanism", "is missing; the key has AES-GCM to encrypt"}}},
    {"MistakesAllOverABatch",
     "encrypt",
     "gcm",
     R"({"batch":[{"mechanism":"AES-GCM","input":"!"},{"mechanism":"AES-GCM","input":"","iv":"AAAA"},{"mechanism":"AES-GCM","input":""},{"mechanism":"AES-GCM","nonce":1}]})",
     {{"/batch/0/input",
       "is not base64: character 1 does not belong to base64; send it encoded with, for example, base64 "
       "-w0"},
      {"/batch/3/nonce", not_a_field},
      {"/batch/1/iv", "must have 12 octets, but has 3"},
      {"/batch/3/input", "is missing"}}},
};

class OperationFields : public UseTest, public testing::WithParamInterface<WrongOperation> {
  protected:
    void create_key(const std::string& name) {
        if (name == "gcm") return create_secret(name, "AES");
        if (name == "ctr") return create_secret(name, "AES", {"AES-CTR"});
        if (name == "cbc") return create_secret(name, "AES", {"AES-CBC-PAD"});
        if (name == "ecb") return create_secret(name, "AES", {"AES-ECB"});
        if (name == "hmac") return create_secret(name, "HMAC");
        if (name == "ec") return create_ec(name);
        if (name == "rsa") return create_rsa(name);
        create_ec("private");
        const Json read =
            Json::parse(send(http::Method::get, "/apiops/projects/MyProject/keys/private/", manager_)
                            .body)["resultList"][0];
        create(name, "PUBLIC_KEY", "EC", read["cryptoKeyInfoEnvironmentList"][0]["publicKey"]);
    }
};

TEST_P(OperationFields, NameEveryMistake) {
    const WrongOperation& wrong = GetParam();
    create_key(wrong.key);
    EXPECT_EQ(mistakes_of(wrong.call, wrong.key, Json::parse(wrong.body)), wrong.mistakes);
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Of, OperationFields, testing::ValuesIn(wrong_operations),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(OperationOctets, AreDecodedAndLeaveTheJson) {
    Json body = Json::parse(
        R"({"mechanism":"M","input":"c2Vj\ncmV0","digest":"AQ==","iv":"Ag==","aad":"","tag":"Aw==","signature":"BA==","hash":"H","format":"F"})");
    Mistakes mistakes;
    const auto request = read_operations(body, mistakes);
    EXPECT_TRUE(mistakes.empty());
    ASSERT_EQ(request.operations.size(), 1U);
    const service::OperationFields& read = request.operations.front();
    EXPECT_FALSE(request.batch);
    EXPECT_EQ(read.pointer, "");
    EXPECT_EQ(read.mechanism, "M");
    EXPECT_EQ(read.input->reveal_text(), "secret");
    EXPECT_EQ(read.digest, Bytes{1});
    EXPECT_EQ(read.iv, Bytes{2});
    EXPECT_EQ(read.aad, Bytes{});
    EXPECT_EQ(read.tag, Bytes{3});
    EXPECT_EQ(read.signature, Bytes{4});
    EXPECT_EQ(read.hash, "H");
    EXPECT_EQ(read.format, "F");
    EXPECT_EQ(body["input"].get<std::string>(), "");
}

TEST(OperationOctets, LeaveTheJsonAlsoWhenTheyCanNotBeRead) {
    Json body = Json::parse(R"({"mechanism":"M","input":"c2VjcmV0!"})");
    Mistakes mistakes;
    read_operations(body, mistakes);
    EXPECT_EQ(mistakes.size(), 1U);
    EXPECT_EQ(body["input"].get<std::string>(), "");
}

TEST(OperationOctets, ThatAreNullAreAbsent) {
    Json body = Json::parse(R"({"mechanism":"M","input":null,"aad":null})");
    Mistakes mistakes;
    const auto request = read_operations(body, mistakes);
    EXPECT_TRUE(mistakes.empty());
    EXPECT_FALSE(request.operations.front().input);
    EXPECT_FALSE(request.operations.front().aad);
}

TEST(OperationBatch, HasAPointerForEach) {
    Json body = Json::parse(R"({"batch":[{"mechanism":"A"},{"mechanism":"B"}]})");
    Mistakes mistakes;
    const auto request = read_operations(body, mistakes);
    EXPECT_TRUE(mistakes.empty());
    EXPECT_TRUE(request.batch);
    ASSERT_EQ(request.operations.size(), 2U);
    EXPECT_EQ(request.operations[1].pointer, "/batch/1");
    EXPECT_EQ(request.operations[1].mechanism, "B");
}

}  // namespace
}  // namespace keyward::api
