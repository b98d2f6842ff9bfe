#include "service/operations/certificate_request.hpp"

#include <gmock/gmock.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "keys/public/ecdsa_signature.hpp"
#include "tests/unit/service/operations/use_fixture.hpp"

namespace keyward::service {
namespace {

using keys::KeyType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using RequestPtr = std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)>;

const EVP_MD* hash_of(const Mechanism& mechanism) {
    if (!mechanism.digest) return nullptr;
    return EVP_get_digestbyname(std::string(to_string(*mechanism.digest)).c_str());
}

/// The signature of a token with this key, in the token's form.
Bytes token_signature(const KeyPair& pair, const CryptoRequest& operation) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* parameters = nullptr;
    EXPECT_EQ(
        EVP_DigestSignInit(context.get(), &parameters, hash_of(*operation.mechanism), nullptr, pair.get()),
        1);
    if (operation.mechanism->scheme == Scheme::rsa_pss) {
        EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING), 1);
        EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST), 1);
    }
    const ByteView octets = operation.input.reveal();
    Bytes signature(512);
    std::size_t size = signature.size();
    EXPECT_EQ(EVP_DigestSign(context.get(), signature.data(), &size, octets.data(), octets.size()), 1);
    signature.resize(size);
    return operation.mechanism->scheme == Scheme::ecdsa ? keys::ecdsa_raw_from_der(signature, 32).value()
                                                        : signature;
}

RequestPtr parsed(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> in(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    return {PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr), X509_REQ_free};
}

class CertificateRequestTest : public testing::Test {
  protected:
    static const KeyPair& rsa() {
        static const KeyPair pair = KeyPair::rsa();
        return pair;
    }
    void SetUp() override {
        fixture_.make_private("rsa", rsa());
        fixture_.production->sign_with(
            [](const CryptoRequest& each) { return token_signature(rsa(), each); });
    }
    static CertificateRequestFields fields_of(const std::string& key = "rsa",
                                              const std::string& mechanism = "SHA256-RSA-PKCS") {
        CertificateRequestFields fields;
        fields.key_name = key;
        fields.environment = "production";
        fields.subject = "CN=www.example.org,O=Example";
        fields.mechanism = mechanism;
        return fields;
    }
    std::string request(const CertificateRequestFields& fields, std::vector<FieldError> mistakes = {}) {
        return requests_.run(fixture_.bob, fixture_.project, fields, std::move(mistakes));
    }
    ServiceError refused(const CertificateRequestFields& fields, std::vector<FieldError> mistakes = {}) {
        return error_of([&] { request(fields, std::move(mistakes)); });
    }
    /// Expects a request for this key with a valid signature.
    void expect_good(const std::string& pem, const KeyPair& pair) {
        const RequestPtr parsed_request = parsed(pem);
        ASSERT_TRUE(parsed_request) << pem;
        EXPECT_EQ(X509_REQ_verify(parsed_request.get(), pair.get()), 1);
        EXPECT_EQ(EVP_PKEY_eq(X509_REQ_get0_pubkey(parsed_request.get()), pair.get()), 1);
        std::array<char, 256> subject{};
        X509_NAME_oneline(X509_REQ_get_subject_name(parsed_request.get()), subject.data(), subject.size());
        EXPECT_STREQ(subject.data(), "/O=Example/CN=www.example.org");
    }

    UseFixture fixture_;
    RequestCertificate requests_{fixture_.service_context(), fixture_.use};
};

TEST_F(CertificateRequestTest, IsPemOfARequestThatTheKeyHasSigned) {
    const std::string pem = request(fields_of());
    EXPECT_THAT(pem, StartsWith("-----BEGIN CERTIFICATE REQUEST-----\n"));
    expect_good(pem, rsa());
}

TEST_F(CertificateRequestTest, IsSignedWithEveryMechanismThatSignsWithAKeyPair) {
    const KeyPair ec = KeyPair::p256();
    const KeyPair ed = KeyPair::ed25519();
    fixture_.make_private("ec", ec);
    fixture_.make_private("ed", ed);
    for (const Mechanism& row : mechanism_table()) {
        if (use_of(row) != KeyUsage::sign_verify || !is_public(row, CryptoOperation::verify)) continue;
        const bool is_rsa = row.algorithm == keys::Algorithm::rsa;
        const bool is_ec = row.algorithm == keys::Algorithm::ec;
        const KeyPair& pair = is_rsa ? rsa() : is_ec ? ec : ed;
        fixture_.production->sign_with(
            [&](const CryptoRequest& each) { return token_signature(pair, each); });
        expect_good(request(fields_of(is_rsa ? "rsa" : is_ec ? "ec" : "ed", std::string(row.name))), pair);
    }
}

TEST_F(CertificateRequestTest, HoldsItsAlternativeNamesInTheirOrder) {
    CertificateRequestFields fields = fields_of();
    fields.alternative_names = {"DNS:www.example.org", "IP:192.0.2.1", "email:a@example.org",
                                "URI:https://example.org/"};
    const RequestPtr parsed_request = parsed(request(fields));
    ASSERT_TRUE(parsed_request);
    EXPECT_EQ(X509_REQ_verify(parsed_request.get(), rsa().get()), 1);
    STACK_OF(X509_EXTENSION)* const extensions = X509_REQ_get_extensions(parsed_request.get());
    auto* const names =
        static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr));
    std::vector<int> types;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i)
        types.push_back(sk_GENERAL_NAME_value(names, i)->type);
    EXPECT_THAT(types, ElementsAre(GEN_DNS, GEN_IPADD, GEN_EMAIL, GEN_URI));
    GENERAL_NAMES_free(names);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

TEST_F(CertificateRequestTest, NeedsTheGrantToUseKeysThere) {
    const std::string project = fixture_.project.id;
    const std::vector<std::vector<Grant>> insufficient{{{project, Permission::manage, {}}},
                                                       {{"", Permission::admin, {}}},
                                                       {{project, Permission::use, {"staging"}}}};
    for (const auto& grants : insufficient) {
        fixture_.bob.grants = grants;
        expect_error(
            refused(fields_of()), ErrorKind::bad_request,
            "Environment (name: production) is not found or user does not have privilege to access it!");
    }
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(CertificateRequestTest, OfAKeyThatIsNotThereIsNotFound) {
    expect_error(refused(fields_of("unknown")), ErrorKind::not_found, "Key (name: unknown) is not found");
}

TEST_F(CertificateRequestTest, OfAKeyThatIsNotDeployedThereIsNotFound) {
    fixture_.undeploy("rsa", "production");
    expect_error(refused(fields_of()), ErrorKind::not_found,
                 "Key (name: rsa) is not deployed in environment (name: production)");
}

TEST_F(CertificateRequestTest, IsNotForSecretKeys) {
    expect_mistake(
        refused(fields_of("k", "AES-GCM")), "/mechanism",
        "can't sign a certificate request: the key is a secret key, and only a private key can have a "
        "certificate");
}

TEST_F(CertificateRequestTest, IsNotForPublicKeys) {
    fixture_.make("public", {.type = KeyType::public_key, .pair = &rsa()});
    expect_mistake(refused(fields_of("public")), "/mechanism",
                   "needs the private key to sign, but the key is a public key; the key has none to sign");
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(CertificateRequestTest, StaysWithinTheKeysMechanisms) {
    fixture_.make(
        "one",
        {.type = KeyType::private_key, .mechanisms = MechanismList{"SHA512-RSA-PKCS"}, .pair = &rsa()});
    expect_mistake(refused(fields_of("one")), "/mechanism",
                   "is not among the key's mechanisms; the key has SHA512-RSA-PKCS to sign");
    expect_mistake(refused(fields_of("rsa", "RSA-PKCS-OAEP")), "/mechanism",
                   "does not sign; the key has SHA256-RSA-PKCS, SHA384-RSA-PKCS, SHA512-RSA-PKCS, "
                   "SHA256-RSA-PKCS-PSS, SHA384-RSA-PKCS-PSS, SHA512-RSA-PKCS-PSS to sign");
    expect_mistake(
        refused(fields_of("rsa", "EDDSA")), "/mechanism",
        "is for Ed25519 keys, but the key is for RSA; the key has SHA256-RSA-PKCS, SHA384-RSA-PKCS, "
        "SHA512-RSA-PKCS, SHA256-RSA-PKCS-PSS, SHA384-RSA-PKCS-PSS, SHA512-RSA-PKCS-PSS to sign");
}

TEST_F(CertificateRequestTest, TellsEveryWrongFieldAtOnceBeforeTheEnvironment) {
    CertificateRequestFields fields = fields_of("rsa", "nonsense");
    fields.subject = "nonsense";
    fields.alternative_names = {"DNS:www.example.org", "IP:nonsense", "nonsense"};
    fields.environment = "nowhere";
    const auto error = refused(fields);
    EXPECT_EQ(error.kind(), ErrorKind::validation_failed);
    EXPECT_THAT(pointers_of(error),
                ElementsAre("/subject", "/subjectAltNames/1", "/subjectAltNames/2", "/mechanism"));
    EXPECT_THAT(error.what(), Not(HasSubstr("nonsense"))) << "what was sent is not repeated";
    EXPECT_EQ(fixture_.production->operations(), 0U);
}

TEST_F(CertificateRequestTest, DoesNotCallMissingWhatCouldNotBeRead) {
    CertificateRequestFields fields = fields_of();
    fields.subject.clear();
    fields.mechanism.clear();
    const auto error = refused(fields, {{"/subject", "must be a text"}, {"/mechanism", "must be a text"}});
    EXPECT_STREQ(error.what(), "2 fields are wrong: /subject must be a text; /mechanism must be a text");
}

TEST_F(CertificateRequestTest, OfATokenThatCantBeReachedNamesIt) {
    fixture_.production->set_reachable(false);
    expect_error(refused(fields_of()), ErrorKind::hsm_unavailable, "production: The token can't be reached");
}

TEST_F(CertificateRequestTest, OfAKeyThatIsReplacedJustThenIsAConflict) {
    const KeyPair other = KeyPair::rsa();
    fixture_.production->in_next_operation([&] {
        UpdateKeyRequest change = KeyLife::change_of("rsa");
        change.environments.push_back(KeyLife::entry_with(other.private_pem(), "production"));
        fixture_.update(std::move(change));
        fixture_.production->sign_with(
            [&](const CryptoRequest& each) { return token_signature(other, each); });
    });
    expect_error(
        refused(fields_of()), ErrorKind::conflict,
        "Key (name: rsa) is being changed by another request, or was since it was read; nothing was done, "
        "read it and try again");
    expect_good(request(fields_of()), other);
}

TEST_F(CertificateRequestTest, IsNotHandedOutWithASignatureThatDoesNotFit) {
    const KeyPair other = KeyPair::rsa();
    fixture_.production->sign_with([&](const CryptoRequest& each) { return token_signature(other, each); });
    try {
        FAIL() << request(fields_of());
    } catch (const ServiceError& error) {
        FAIL() << "the client cannot correct this: " << error.what();
    } catch (const std::runtime_error&) {
        SUCCEED();
    }
}

}  // namespace
}  // namespace keyward::service
