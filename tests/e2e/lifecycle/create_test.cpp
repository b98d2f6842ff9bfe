#include <functional>

#include <gtest/gtest.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/e2e/support/live.hpp"
#include "tests/e2e/support/problem.hpp"

namespace keyward::e2e {
namespace {

using nlohmann::json;

/// A key of a request, and what its token must report.
struct Sent {
    std::string content;
    json proof;
};

struct Form {
    const char* name;
    const char* key_type;
    const char* algorithm;  ///< empty: not sent
    std::function<Sent()> make;
};

void PrintTo(const Form& form, std::ostream* out) {
    *out << form.name;
}

enum class Check { aes, des3, hmac, none };

json check_value(Check check, const std::string& key) {
    switch (check) {
        case Check::aes:
            return {{"keyCheckValue", cipher_check_value(key)}};
        case Check::des3:
            return {{"keyCheckValue", cipher_check_value(key, true)}};
        case Check::hmac:
            return {{"keyCheckValue", hmac_check_value(key)}};
        case Check::none:
            break;
    }
    return json::object();
}

using Wrapping = std::function<std::string(const std::string& octets)>;

std::function<Sent()> secret(std::size_t size, Check check, const Wrapping& wrapping = base64) {
    return [=] {
        const std::string key =
            check == Check::des3 || check == Check::none ? des_key(size) : random_octets(size);
        return Sent{wrapping(key), check_value(check, key)};
    };
}

std::function<Sent()> asymmetric(const char* kind, std::string KeyPair::*form,
                                 const Wrapping& wrapping = base64) {
    return [=] {
        const KeyPair& pair = key_pair(kind);
        return Sent{wrapping(pair.*form), {{"publicKeySha256", pair.public_key_sha256()}}};
    };
}

std::string plain(const std::string& octets) {
    return octets;
}
std::string lf_lines(const std::string& octets) {
    return in_lines(base64(octets), 64, "\n");
}
std::string crlf_lines(const std::string& octets) {
    return in_lines(base64(octets), 76, "\r\n");
}
/// Encodes as a user does who runs certutil -encode on a file and then encodes the output for JSON once more.
std::string certutil_in_base64(const std::string& octets) {
    return base64(as_certutil_writes(octets));
}

/// DESede with K1 = K3, or a key without odd parity: the token's copy has odd parity, with the same check
/// value.
std::function<Sent()> des3_without_parity() {
    return [] {
        std::string key = des_key(24);
        const Sent sent{{}, check_value(Check::des3, key)};
        for (char& octet : key)
            octet = static_cast<char>(static_cast<unsigned char>(octet) ^ 1U);
        return Sent{base64(key), sent.proof};
    };
}

class EveryAcceptedForm : public LiveKeyward, public testing::WithParamInterface<Form> {};

TEST_P(EveryAcceptedForm, IsDeployedAndProvedByEachToken) {
    const Form& form = GetParam();
    const Sent sent = form.make();
    const Answer answer = create(create_body(unique_name(), form.key_type, form.algorithm,
                                             {{"production", sent.content}, {"staging", sent.content}}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    expect_common_fields(answer);
    EXPECT_EQ(without_warnings(answer.json()), success(deployed({"production", "staging"}, sent.proof)));
}

// clang-format off
const std::vector<Form> forms{
    {"Aes128", "SECRET_KEY", "AES", secret(16, Check::aes)},
    {"Aes192", "SECRET_KEY", "AES", secret(24, Check::aes)},
    {"Aes256", "SECRET_KEY", "AES", secret(32, Check::aes)},
    {"Aes256InLinesOfLf", "SECRET_KEY", "AES", secret(32, Check::aes, lf_lines)},
    {"Aes256InLinesOfCrlf", "SECRET_KEY", "AES", secret(32, Check::aes, crlf_lines)},
    {"Aes256FromCertutil", "SECRET_KEY", "AES", secret(32, Check::aes, as_certutil_writes)},
    {"Sixteen", "SECRET_KEY", "", secret(16, Check::aes)},
    {"ThirtyTwo", "SECRET_KEY", "", secret(32, Check::aes)},
    {"EightAreDes", "SECRET_KEY", "", secret(8, Check::none)},
    {"Des", "SECRET_KEY", "DES", secret(8, Check::none)},
    {"DesFromCertutil", "SECRET_KEY", "DES", secret(8, Check::none, as_certutil_writes)},
    {"DesEde", "SECRET_KEY", "DESede", secret(24, Check::des3)},
    {"DesEdeWithoutParity", "SECRET_KEY", "DESede", des3_without_parity()},
    {"Hmac16", "SECRET_KEY", "HMAC", secret(16, Check::hmac)},
    {"Hmac20", "SECRET_KEY", "HMAC", secret(20, Check::hmac)},
    {"Hmac32", "SECRET_KEY", "HMAC", secret(32, Check::hmac)},
    {"Hmac64", "SECRET_KEY", "HMAC", secret(64, Check::hmac)},
    {"Hmac100", "SECRET_KEY", "HMAC", secret(100, Check::hmac)},
    {"Hmac1024", "SECRET_KEY", "HMAC", secret(1024, Check::hmac)},
    {"Hmac1024InLines", "SECRET_KEY", "HMAC", secret(1024, Check::hmac, lf_lines)},

    {"Rsa2048Pkcs8Pem", "PRIVATE_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::pkcs8_pem)},
    {"Rsa2048Pkcs8Der", "PRIVATE_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::pkcs8_der)},
    {"Rsa2048Pkcs1Pem", "PRIVATE_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::traditional_pem)},
    {"Rsa2048Pkcs1Der", "PRIVATE_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::traditional_der)},
    {"Rsa2048PemWithoutBase64", "PRIVATE_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::pkcs8_pem, plain)},
    {"Rsa2048Pkcs1PemWithoutBase64", "PRIVATE_KEY", "", asymmetric("RSA-2048", &KeyPair::traditional_pem, plain)},
    {"Rsa2048FromCertutil", "PRIVATE_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::pkcs8_der, as_certutil_writes)},
    {"Rsa2048PemFromCertutil", "PRIVATE_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::pkcs8_pem, as_certutil_writes)},
    {"Rsa2048FromCertutilInBase64", "PRIVATE_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::traditional_der, certutil_in_base64)},
    {"Rsa2048InLinesOfCrlf", "PRIVATE_KEY", "", asymmetric("RSA-2048", &KeyPair::pkcs8_der, crlf_lines)},
    {"Rsa3072Pkcs8Pem", "PRIVATE_KEY", "RSA", asymmetric("RSA-3072", &KeyPair::pkcs8_pem)},
    {"Rsa3072Pkcs1Der", "PRIVATE_KEY", "RSA", asymmetric("RSA-3072", &KeyPair::traditional_der)},
    {"P256Pkcs8Pem", "PRIVATE_KEY", "EC", asymmetric("P-256", &KeyPair::pkcs8_pem)},
    {"P256Pkcs8Der", "PRIVATE_KEY", "EC", asymmetric("P-256", &KeyPair::pkcs8_der)},
    {"P256Sec1Pem", "PRIVATE_KEY", "EC", asymmetric("P-256", &KeyPair::traditional_pem)},
    {"P256Sec1Der", "PRIVATE_KEY", "", asymmetric("P-256", &KeyPair::traditional_der)},
    {"P256Sec1PemWithoutBase64", "PRIVATE_KEY", "EC", asymmetric("P-256", &KeyPair::traditional_pem, plain)},
    {"P384Pkcs8Der", "PRIVATE_KEY", "EC", asymmetric("P-384", &KeyPair::pkcs8_der)},
    {"P384Sec1Pem", "PRIVATE_KEY", "EC", asymmetric("P-384", &KeyPair::traditional_pem)},
    {"P521Pkcs8Pem", "PRIVATE_KEY", "EC", asymmetric("P-521", &KeyPair::pkcs8_pem)},
    {"P521Sec1Der", "PRIVATE_KEY", "EC", asymmetric("P-521", &KeyPair::traditional_der)},
    {"Secp256k1Pkcs8Der", "PRIVATE_KEY", "EC", asymmetric("secp256k1", &KeyPair::pkcs8_der)},
    {"Secp256k1Sec1Pem", "PRIVATE_KEY", "EC", asymmetric("secp256k1", &KeyPair::traditional_pem)},
    {"Ed25519Pkcs8Pem", "PRIVATE_KEY", "Ed25519", asymmetric("Ed25519", &KeyPair::pkcs8_pem)},
    {"Ed25519Pkcs8Der", "PRIVATE_KEY", "", asymmetric("Ed25519", &KeyPair::pkcs8_der)},
    {"Ed25519FromCertutil", "PRIVATE_KEY", "Ed25519", asymmetric("Ed25519", &KeyPair::pkcs8_der, as_certutil_writes)},

    {"RsaSpkiPem", "PUBLIC_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::spki_pem)},
    {"RsaSpkiDer", "PUBLIC_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::spki_der)},
    {"RsaPkcs1PublicPem", "PUBLIC_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::rsa_public_pem)},
    {"RsaPkcs1PublicDer", "PUBLIC_KEY", "", asymmetric("RSA-2048", &KeyPair::rsa_public_der)},
    {"RsaCertificatePem", "PUBLIC_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::certificate_pem)},
    {"RsaCertificateDer", "PUBLIC_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::certificate_der)},
    {"RsaCertificateFromCertutil", "PUBLIC_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::certificate_der, as_certutil_writes)},
    {"RsaSpkiFromCertutil", "PUBLIC_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::spki_der, as_certutil_writes)},
    {"RsaCertificatePemWithoutBase64", "PUBLIC_KEY", "RSA", asymmetric("RSA-2048", &KeyPair::certificate_pem, plain)},
    {"RsaSpkiPemWithoutBase64", "PUBLIC_KEY", "", asymmetric("RSA-2048", &KeyPair::spki_pem, plain)},
    {"Rsa3072SpkiDer", "PUBLIC_KEY", "RSA", asymmetric("RSA-3072", &KeyPair::spki_der)},
    {"P256SpkiPem", "PUBLIC_KEY", "EC", asymmetric("P-256", &KeyPair::spki_pem)},
    {"P256Certificate", "PUBLIC_KEY", "EC", asymmetric("P-256", &KeyPair::certificate_pem)},
    {"P384SpkiDer", "PUBLIC_KEY", "EC", asymmetric("P-384", &KeyPair::spki_der)},
    {"P521SpkiDer", "PUBLIC_KEY", "EC", asymmetric("P-521", &KeyPair::spki_der)},
    {"Secp256k1SpkiPem", "PUBLIC_KEY", "EC", asymmetric("secp256k1", &KeyPair::spki_pem)},
    {"Ed25519SpkiPem", "PUBLIC_KEY", "Ed25519", asymmetric("Ed25519", &KeyPair::spki_pem)},
    {"Ed25519SpkiDer", "PUBLIC_KEY", "", asymmetric("Ed25519", &KeyPair::spki_der)},
    {"Ed25519Certificate", "PUBLIC_KEY", "Ed25519", asymmetric("Ed25519", &KeyPair::certificate_der)},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Forms, EveryAcceptedForm, testing::ValuesIn(forms),
                         [](const auto& row) { return row.param.name; });

class Create : public LiveKeyward {};

/// SoftHSM2 uses single DES only when OpenSSL's configuration loads the legacy provider. Imports work without
/// it.
class CreateWithLegacyMechanisms : public LiveKeyward {
  protected:
    static void SetUpTestSuite() { start({.policy = "legacy_mechanisms = true\n"}); }
};

TEST_F(CreateWithLegacyMechanisms, TakesADesKey) {
    const Answer answer =
        create(create_body(unique_name(), "SECRET_KEY", "DES", {{"production", base64(des_key(8))}}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json(), success(deployed({"production"}, json::object())));
}

TEST_F(CreateWithLegacyMechanisms, TakesADesEdeKeyWhoseFirstAndThirdPartAreAlike) {
    const std::string first = des_key(8);
    const std::string key = first + des_key(8) + first;
    const Answer answer =
        create(create_body(unique_name(), "SECRET_KEY", "DESede", {{"production", base64(key)}}));
    EXPECT_EQ(answer.json(),
              success(deployed({"production"}, {{"keyCheckValue", cipher_check_value(key, true)}})));
}

TEST_F(Create, KeepsTheOrderOfTheEnvironmentsInTheRequest) {
    const std::string key = random_octets(16);
    const Answer answer = create(create_body(unique_name(), "SECRET_KEY", "AES",
                                             {{"staging", base64(key)}, {"production", base64(key)}}));
    EXPECT_EQ(answer.json(),
              success(deployed({"staging", "production"}, {{"keyCheckValue", cipher_check_value(key)}})));
}

TEST_F(Create, TakesOneEnvironmentAlone) {
    const std::string key = random_octets(16);
    const Answer answer = create(create_body(unique_name(), "SECRET_KEY", "AES", {{"staging", base64(key)}}));
    EXPECT_EQ(answer.json(), success(deployed({"staging"}, {{"keyCheckValue", cipher_check_value(key)}})));
}

TEST_F(Create, TakesAnotherKeyAndSizeForEachEnvironment) {
    const std::string left = random_octets(16);
    const std::string right = random_octets(32);
    const Answer answer = create(create_body(unique_name(), "SECRET_KEY", "AES",
                                             {{"production", base64(left)}, {"staging", base64(right)}}));
    json results = deployed({"production"}, {{"keyCheckValue", cipher_check_value(left)}});
    results.push_back(deployed({"staging"}, {{"keyCheckValue", cipher_check_value(right)}}).front());
    EXPECT_EQ(answer.json(), success(results));
}

TEST_F(Create, WorksWithoutTheTrailingSlash) {
    const Answer answer =
        post(std::string("/apiops/projects/") + project + "/keys", text_of(aes_body(unique_name())));
    EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(Create, TakesADecodedPathAndABodyOfUtf8WithItsCharset) {
    const Answer answer = send({.method = "POST",
                                .path = "/%61piops/projects/%4dyProject/keys/",
                                .body = text_of(aes_body(unique_name())),
                                .token = home().token(),
                                .fields = {"Content-Type: application/json; charset=UTF-8"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(Create, IgnoresNullsAndTheFieldsOfAKeyThatCanNotBeSet) {
    json body = aes_body(unique_name());
    body.update(json{{"id", "x"},
                     {"projectId", nullptr},
                     {"createdAt", "yesterday"},
                     {"updatedAt", nullptr},
                     {"description", nullptr},
                     {"mechanisms", nullptr}});
    body["cryptoKeyInfoEnvironmentList"][0].update(json{{"source", "x"},
                                                        {"size", 256},
                                                        {"state", "DEPLOYED"},
                                                        {"keyCheckValue", "000000"},
                                                        {"publicKey", nullptr},
                                                        {"publicKeySha256", nullptr},
                                                        {"alias", nullptr},
                                                        {"expectedKeyCheckValue", nullptr}});
    EXPECT_EQ(create(body).status, 200);
}

TEST_F(Create, AcceptsAnExpectedKeyCheckValueThatIsRight) {
    const std::string key = random_octets(32);
    json body = create_body(unique_name(), "SECRET_KEY", "AES", {{"production", base64(key)}});
    body["cryptoKeyInfoEnvironmentList"][0]["expectedKeyCheckValue"] = cipher_check_value(key);
    const Answer answer = create(body);
    EXPECT_EQ(answer.json(), success(deployed({"production"}, {{"keyCheckValue", cipher_check_value(key)}})));
}

TEST_F(Create, AcceptsAnExpectedPublicKeyHashThatIsRight) {
    const KeyPair& pair = key_pair("P-256");
    json body = create_body(unique_name(), "PRIVATE_KEY", "", {{"production", base64(pair.pkcs8_der)}});
    body["cryptoKeyInfoEnvironmentList"][0]["expectedKeyCheckValue"] = pair.public_key_sha256();
    EXPECT_EQ(without_warnings(create(body).json()),
              success(deployed({"production"}, {{"publicKeySha256", pair.public_key_sha256()}})));
}

TEST_F(Create, TakesNamesUpTo255BytesAndDescriptionsUpTo4096) {
    json body = aes_body(std::string(230, 'n') + unique_name());
    body["name"] = body["name"].get<std::string>().substr(0, 255);
    body["description"] = std::string(4096, 'd');
    EXPECT_EQ(create(body).status, 200);
}

TEST_F(Create, TakesABodyOfExactlyTheLimit) {
    std::string body = text_of(aes_body(unique_name()));
    body.append((1U << 20U) - body.size(), ' ');
    EXPECT_EQ(post(keys_path(), body).status, 200);
}

TEST_F(Create, TakesANameThatAnotherProjectHas) {
    home().must({"project", "create", "Another", "--environments", "production"});
    home().must({"grant", "alice", "Another", "SECRETS:MANAGE", "SECRETS:DEPLOY_UNDEPLOY"});
    const std::string name = unique_name();
    EXPECT_EQ(create(aes_body(name)).status, 200);
    const std::string key = base64(random_octets(32));
    const Answer second = post("/apiops/projects/Another/keys/",
                               text_of(create_body(name, "SECRET_KEY", "AES", {{"production", key}})));
    EXPECT_EQ(second.status, 200) << second.body;
}

}  // namespace
}  // namespace keyward::e2e
