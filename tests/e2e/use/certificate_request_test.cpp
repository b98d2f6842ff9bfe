#include <gmock/gmock.h>

#include "tests/e2e/support/use.hpp"

namespace keyward::e2e {
namespace {

using testing::HasSubstr;

class CertificateRequests : public KeyUse {
  protected:
    static json names(const std::string& mechanism) {
        return {{"subject", "CN=www.example.org,O=Example,C=DE"},
                {"subjectAltNames",
                 {"DNS:www.example.org", "IP:192.0.2.1", "IP:2001:db8::1", "email:a@example.org",
                  "URI:https://example.org/"}},
                {"mechanism", mechanism}};
    }
    /// Requests a certificate request, which must succeed, and returns its PEM.
    std::string requested(const std::string& name, const json& body) {
        const json answer = used(name, "certificate-request", body);
        EXPECT_EQ(answer.size(), 2U) << answer;
        EXPECT_EQ(answer.value("success", false), true);
        return answer.value("certificateRequest", "");
    }
    static std::string openssl_req(const std::string& pem, const std::vector<std::string>& words) {
        const test::TemporaryFolder folder;
        std::vector<std::string> command{"openssl", "req", "-in", folder.write("request", pem), "-noout"};
        command.insert(command.end(), words.begin(), words.end());
        return test::output_of(command);
    }
    static std::string public_key_in(const std::string& pem) { return openssl_req(pem, {"-pubkey"}); }
    /// `openssl req -verify` reports the result on its standard error.
    static bool openssl_verifies(const std::string& pem) {
        const test::TemporaryFolder folder;
        const test::CommandResult outcome =
            test::run_command({"openssl", "req", "-in", folder.write("request", pem), "-noout", "-verify"});
        return outcome.code == 0 && outcome.errors.find("self-signature verify OK") != std::string::npos;
    }
};

struct Requester {
    const char* name;  ///< of the test
    const char* kind;  ///< of e2e::key_pair
    const char* mechanism;
    const char* signature;  ///< as openssl names its algorithm
};

void PrintTo(const Requester& requester, std::ostream* out) {
    *out << requester.name;
}

class EveryCertificateRequest : public CertificateRequests, public testing::WithParamInterface<Requester> {};

TEST_P(EveryCertificateRequest, IsAcceptedByOpenssl) {
    const KeyPair& pair = key_pair(GetParam().kind);
    const std::string pem =
        requested(new_key("PRIVATE_KEY", "", pair.pkcs8_der), names(GetParam().mechanism));
    EXPECT_TRUE(pem.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n")) << pem;
    EXPECT_TRUE(pem.ends_with("-----END CERTIFICATE REQUEST-----\n")) << pem;
    EXPECT_TRUE(openssl_verifies(pem)) << pem;
    EXPECT_EQ(public_key_in(pem), pair.spki_pem);
    EXPECT_THAT(openssl_req(pem, {"-text"}),
                HasSubstr("Signature Algorithm: " + std::string(GetParam().signature)));
}

INSTANTIATE_TEST_SUITE_P(
    Of, EveryCertificateRequest,
    testing::Values(Requester{"RsaSha256", "RSA-2048", "SHA256-RSA-PKCS", "sha256WithRSAEncryption"},
                    Requester{"RsaSha384", "RSA-2048", "SHA384-RSA-PKCS", "sha384WithRSAEncryption"},
                    Requester{"RsaSha512", "RSA-2048", "SHA512-RSA-PKCS", "sha512WithRSAEncryption"},
                    Requester{"PssSha256", "RSA-2048", "SHA256-RSA-PKCS-PSS", "rsassaPss"},
                    Requester{"PssSha384", "RSA-2048", "SHA384-RSA-PKCS-PSS", "rsassaPss"},
                    Requester{"PssSha512", "RSA-2048", "SHA512-RSA-PKCS-PSS", "rsassaPss"},
                    Requester{"P256", "P-256", "ECDSA-SHA256", "ecdsa-with-SHA256"},
                    Requester{"P384", "P-384", "ECDSA-SHA384", "ecdsa-with-SHA384"},
                    Requester{"P521", "P-521", "ECDSA-SHA512", "ecdsa-with-SHA512"},
                    Requester{"Secp256k1", "secp256k1", "ECDSA-SHA256", "ecdsa-with-SHA256"},
                    Requester{"Ed25519", "Ed25519", "EDDSA", "ED25519"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_F(CertificateRequests, CarryTheirNames) {
    const std::string pem =
        requested(new_key("PRIVATE_KEY", "EC", key_pair("P-256").pkcs8_der), names("ECDSA-SHA256"));
    EXPECT_EQ(openssl_req(pem, {"-subject", "-nameopt", "RFC2253"}),
              "subject=CN=www.example.org,O=Example,C=DE\n");
    EXPECT_THAT(openssl_req(pem, {"-text"}),
                HasSubstr("DNS:www.example.org, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, "
                          "email:a@example.org, URI:https://example.org/"));
}

TEST_F(CertificateRequests, NeedNoAlternativeNames) {
    const std::string name = new_key("PRIVATE_KEY", "EC", key_pair("P-256").pkcs8_der);
    for (const json& none : {json(), json::array()}) {
        json body = names("ECDSA-SHA256");
        body["subjectAltNames"] = none;
        const std::string pem = requested(name, body);
        EXPECT_TRUE(openssl_verifies(pem));
        EXPECT_EQ(openssl_req(pem, {"-text"}).find("X509v3 Subject Alternative Name"), std::string::npos);
    }
}

TEST_F(CertificateRequests, AreRefusedForNamesThatCanNotStandThere) {
    const std::string name = new_key("PRIVATE_KEY", "EC", key_pair("P-256").pkcs8_der);
    json body = names("ECDSA-SHA256");
    body["subject"] = "www.example.org";
    body["subjectAltNames"] = {"DNS:www.example.org", "IP:192.0.2.1", "IP:192.0.2", "www.example.org"};
    const Answer answer = use(name, "certificate-request", body);
    expect_wrong_fields(answer, {"/subject", "/subjectAltNames/2", "/subjectAltNames/3"});
}

TEST_F(CertificateRequests, AreRefusedForFieldsThatAreMissingOrUnknown) {
    const std::string name = new_key("PRIVATE_KEY", "EC", key_pair("P-256").pkcs8_der);
    expect_wrong_fields(use(name, "certificate-request", {{"subjectAltName", "DNS:a"}}),
                        {"/subject", "/mechanism", "/subjectAltName"});
    json body = names("ECDSA-SHA256");
    body["subjectAltNames"] = "DNS:www.example.org";
    expect_wrong_fields(use(name, "certificate-request", body), {"/subjectAltNames"});
}

TEST_F(CertificateRequests, AreRefusedForMechanismsThatDoNotFit) {
    const std::string name = new_key("PRIVATE_KEY", "EC", key_pair("P-256").pkcs8_der, {"ECDSA-SHA256"});
    for (const char* mechanism : {"ECDSA-SHA384", "EDDSA", "SHA256-RSA-PKCS", "nonsense"}) {
        const Answer answer = use(name, "certificate-request", names(mechanism));
        expect_wrong_fields(answer, {"/mechanism"});
        EXPECT_THAT(details_of(answer)["/mechanism"],
                    testing::EndsWith("; the key has ECDSA-SHA256 to sign"));
    }
    const std::string rsa = new_key("PRIVATE_KEY", "RSA", key_pair("RSA-2048").pkcs8_der);
    expect_wrong_fields(use(rsa, "certificate-request", names("RSA-PKCS-OAEP")), {"/mechanism"});
}

TEST_F(CertificateRequests, AreRefusedWithoutAPrivateKey) {
    const auto why = [&](const std::string& name, const std::string& mechanism) {
        const Answer answer = use(name, "certificate-request", names(mechanism));
        expect_wrong_fields(answer, {"/mechanism"});
        return details_of(answer)["/mechanism"];
    };
    EXPECT_EQ(why(new_key("PUBLIC_KEY", "EC", key_pair("P-256").spki_der), "ECDSA-SHA256"),
              "needs the private key to sign, but the key is a public key; the key has none to sign");
    const std::string secret_text =
        "can't sign a certificate request: the key is a secret key, and only a private key can have a "
        "certificate";
    EXPECT_EQ(why(secret("HMAC", random_octets(32)), "SHA256-HMAC"), secret_text);
    EXPECT_EQ(why(gcm_key(), "AES-GCM"), secret_text);
}

TEST_F(CertificateRequests, AreForWhereTheKeyIs) {
    const std::string name = new_key("PRIVATE_KEY", "EC", key_pair("P-256").pkcs8_der);
    expect_problem(use(name, "certificate-request", names("ECDSA-SHA256"), "staging"), 404, "not_found");
    expect_problem(use(name, "certificate-request", names("ECDSA-SHA256"), "nowhere"), 400, "bad_request");
    expect_problem(use("none", "certificate-request", names("ECDSA-SHA256")), 404, "not_found",
                   "Key (name: none) is not found");
}

}  // namespace
}  // namespace keyward::e2e
