#include "x509/certificate_request.hpp"

#include <array>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "crypto/openssl_digest.hpp"
#include "keys/decode/der_reader.hpp"
#include "keys/public/ecdsa_signature.hpp"
#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::x509::testing {
namespace {

using ::testing::HasSubstr;
using namespace keys;
using namespace keys::testing;
using Scheme = RequestSignature::Scheme;

const std::string subject = "CN=www.example.org,L=Köln+OU=a\\, b,O=Example,C=DE";

PublicKey public_key(const std::string& name) {
    return *public_half(decode(KeyType::public_key, sample_key(name).format("SPKI PEM")));
}

std::vector<Bytes> names(std::initializer_list<const char*> texts) {
    std::vector<Bytes> all;
    for (const char* const text : texts)
        all.push_back(general_name(text));
    return all;
}

CertificateRequest request_for(const std::string& key, RequestSignature signature,
                               const std::vector<Bytes>& alternative_names = {}) {
    return {subject_name(subject), alternative_names, public_key(key), signature};
}

/// What a token would make of these octets.
Bytes signature_of(ByteView message, const std::string& key, RequestSignature wanted) {
    const PkeyPtr handle = private_handle(key);
    const DigestCtxPtr context = made(DigestCtxPtr(EVP_MD_CTX_new()));
    EVP_PKEY_CTX* options = nullptr;
    require(EVP_DigestSignInit(context.get(), &options,
                               wanted.scheme == Scheme::ed25519 ? nullptr : openssl_digest(wanted.digest),
                               nullptr, handle.get()) == 1);
    if (wanted.scheme == Scheme::rsa_pss) {
        require(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    Bytes signature(1024);
    std::size_t size = signature.size();
    require(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
    signature.resize(size);
    return signature;
}

/// What `openssl req …` writes about a request, on both of its outputs.
std::string openssl_says(const std::string& pem, const std::string& arguments) {
    openssl_folder().write("request.pem", pem);
    openssl_folder().run("(openssl req -in request.pem -noout " + arguments + " >said 2>&1)");
    return openssl_folder().read("said");
}

struct Case {
    const char* key;
    RequestSignature signature;
    std::vector<std::string> shown;  ///< of `openssl req -text`
};

std::vector<Case> cases() {
    constexpr std::array<std::pair<Digest, const char*>, 3> digests{
        {{Digest::sha256, "256"}, {Digest::sha384, "384"}, {Digest::sha512, "512"}}};
    constexpr std::array salts{"0x20", "0x30", "0x40"};
    std::vector<Case> all{
        {"Ed25519", {Scheme::ed25519}, {"Signature Algorithm: ED25519\n", "ED25519 Public-Key:"}}};
    for (std::size_t i = 0; i < digests.size(); ++i) {
        const auto& [digest, bits] = digests.at(i);
        const std::string sha = "sha" + std::string(bits);
        all.push_back({"RSA-2048",
                       {Scheme::rsa_pkcs1, digest},
                       {"Signature Algorithm: " + sha + "WithRSAEncryption\n", "Public-Key: (2048 bit)"}});
        all.push_back(
            {"RSA-2048",
             {Scheme::rsa_pss, digest},
             {"Signature Algorithm: rsassaPss\n", "Hash Algorithm: " + sha + "\n",
              "Mask Algorithm: mgf1 with " + sha + "\n", "Salt Length: " + std::string(salts.at(i)) + "\n",
              "Public Key Algorithm: rsaEncryption\n"}});
        for (const auto& [curve, openssl_name] :
             std::array<std::pair<const char*, const char*>, 4>{{{"P-256", "prime256v1"},
                                                                 {"P-384", "secp384r1"},
                                                                 {"P-521", "secp521r1"},
                                                                 {"secp256k1", "secp256k1"}}})
            all.push_back({curve,
                           {Scheme::ecdsa, digest},
                           {"Signature Algorithm: ecdsa-with-SHA" + std::string(bits) + "\n",
                            "ASN1 OID: " + std::string(openssl_name) + "\n"}});
    }
    return all;
}

TEST(CertificateRequest, OpensslVerifiesEverySchemeAndShowsWhatWasAskedFor) {
    for (const Case& each : cases()) {
        SCOPED_TRACE(each.key);
        const auto request = request_for(each.key, each.signature, names({"DNS:www.example.org"}));
        const std::string pem = request.pem(signature_of(request.to_be_signed(), each.key, each.signature));
        EXPECT_EQ(openssl_says(pem, "-verify"), "Certificate request self-signature verify OK\n");
        EXPECT_EQ(openssl_says(pem, "-pubkey"), sample_key(each.key).format("SPKI PEM"));
        const std::string text = openssl_says(pem, "-text");
        EXPECT_THAT(text, HasSubstr("Version: 1 (0x0)\n"));
        for (const std::string& line : each.shown)
            EXPECT_THAT(text, HasSubstr(line));
        EXPECT_EQ(ERR_peek_error(), 0U);
    }
}

constexpr RequestSignature sha256_ecdsa{Scheme::ecdsa, Digest::sha256};

std::string pem_of(const CertificateRequest& request) {
    return request.pem(signature_of(request.to_be_signed(), "P-256", sha256_ecdsa));
}

TEST(CertificateRequest, TheSubjectIsTheOneThatWasWritten) {
    EXPECT_EQ(openssl_says(pem_of(request_for("P-256", sha256_ecdsa)), "-subject -nameopt RFC2253,-esc_msb"),
              "subject=CN=www.example.org,L=Köln+OU=a\\, b,O=Example,C=DE\n");
}

TEST(CertificateRequest, AlternativeNamesAreItsOneExtension) {
    const auto all = names({"DNS:www.example.org", "DNS:*.example.org", "IP:192.0.2.1", "IP:2001:db8::1",
                            "email:a@example.org", "URI:https://example.org/a?b"});
    EXPECT_THAT(
        openssl_says(pem_of(request_for("P-256", sha256_ecdsa, all)), "-text"),
        HasSubstr("        Attributes:\n"
                  "            Requested Extensions:\n"
                  "                X509v3 Subject Alternative Name: \n"
                  "                    DNS:www.example.org, DNS:*.example.org, IP Address:192.0.2.1, "
                  "IP Address:2001:DB8:0:0:0:0:0:1, email:a@example.org, URI:https://example.org/a?b\n"
                  "    Signature Algorithm: ecdsa-with-SHA256\n"));
}

TEST(CertificateRequest, WithoutAlternativeNamesItHasNoAttribute) {
    // OpenSSL writes the heading of the extensions also when there are none.
    EXPECT_THAT(openssl_says(pem_of(request_for("P-256", sha256_ecdsa)), "-text"),
                HasSubstr("        Attributes:\n"
                          "            (none)\n"
                          "            Requested Extensions:\n"
                          "    Signature Algorithm: ecdsa-with-SHA256\n"));
}

/// CertificationRequestInfo of a request that the openssl command makes.
Bytes information_of_openssl(const std::string& key, const std::string& arguments) {
    sample_key(key);
    const std::string request =
        openssl_folder().made_by("req -new -outform DER -out made -key " + key + ".pem " + arguments, "made");
    der::Reader reader = der::inside_sequence(as_bytes(request), "the request");
    const ByteView information = reader.expect(der::sequence, "the information").whole;
    return {information.begin(), information.end()};
}

TEST(CertificateRequest, WhatIsToBeSignedIsWhatOpensslWouldSign) {
    const Bytes name = subject_name("CN=www.example.org,O=Example,C=DE");
    for (const SampleKey& key : sample_keys()) {
        SCOPED_TRACE(key.name);
        const CertificateRequest bare(name, {}, public_key(key.name), {Scheme::ed25519});
        EXPECT_EQ(bare.to_be_signed(),
                  information_of_openssl(key.name, "-subj /C=DE/O=Example/CN=www.example.org"));
        const CertificateRequest named(name, names({"DNS:a.example", "IP:192.0.2.1"}), public_key(key.name),
                                       {Scheme::ed25519});
        EXPECT_EQ(named.to_be_signed(),
                  information_of_openssl(key.name,
                                         "-subj /C=DE/O=Example/CN=www.example.org "
                                         "-addext subjectAltName=DNS:a.example,IP:192.0.2.1"));
    }
}

TEST(CertificateRequest, AHundredAlternativeNamesAreTakenAndNoMore) {
    std::vector<Bytes> many(100, general_name("DNS:a.example"));
    EXPECT_EQ(openssl_says(pem_of(request_for("P-256", sha256_ecdsa, many)), "-verify"),
              "Certificate request self-signature verify OK\n");
    many.push_back(many.front());
    try {
        request_for("P-256", sha256_ecdsa, many);
        ADD_FAILURE() << "was taken";
    } catch (const NameFormatError& refusal) {
        EXPECT_STREQ(refusal.what(), "holds 101 names, expected at most 100");
    }
}

void expect_misfit(const CertificateRequest& request, ByteView signature) {
    try {
        static_cast<void>(request.pem(signature));
        ADD_FAILURE() << "was taken";
    } catch (const std::runtime_error& refusal) {
        EXPECT_STREQ(refusal.what(), "the signature does not fit the key of the certificate request");
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(CertificateRequest, AWrongSignatureOfEverySchemeThrows) {
    for (const Case& each : cases()) {
        SCOPED_TRACE(each.key);
        const auto request = request_for(each.key, each.signature);
        Bytes signature = signature_of(request.to_be_signed(), each.key, each.signature);
        expect_misfit(request, ByteView(signature).first(signature.size() - 1));
        expect_misfit(request, {});
        expect_misfit(request, signature_of(as_bytes("other octets"), each.key, each.signature));
        signature.back() ^= 1U;
        expect_misfit(request, signature);
    }
}

TEST(CertificateRequest, ASignatureOfAnotherSchemeThrows) {
    const RequestSignature pkcs1{Scheme::rsa_pkcs1, Digest::sha256};
    const RequestSignature pss{Scheme::rsa_pss, Digest::sha256};
    const RequestSignature longer_pss{Scheme::rsa_pss, Digest::sha384};
    for (const auto& [declared, made_with] : std::array<std::pair<RequestSignature, RequestSignature>, 3>{
             {{pkcs1, pss}, {pss, pkcs1}, {pss, longer_pss}}}) {
        const auto request = request_for("RSA-2048", declared);
        expect_misfit(request, signature_of(request.to_be_signed(), "RSA-2048", made_with));
    }
}

TEST(CertificateRequest, ASchemeThatIsNotTheKeysThrows) {
    const auto request = request_for("P-256", {Scheme::rsa_pkcs1, Digest::sha256});
    expect_misfit(request, signature_of(request.to_be_signed(), "P-256", sha256_ecdsa));
}

TEST(CertificateRequest, TheTokensFormOfAnEcdsaSignatureMustBeMadeDerFirst) {
    const auto request = request_for("P-256", sha256_ecdsa);
    const Bytes der = signature_of(request.to_be_signed(), "P-256", sha256_ecdsa);
    const Bytes raw = ecdsa_raw_from_der(der, 32).value();
    expect_misfit(request, raw);
    EXPECT_EQ(request.pem(ecdsa_der_from_raw(raw)), request.pem(der));
}

TEST(CertificateRequest, ADigestThatNobodyAcceptsThrows) {
    EXPECT_THROW(request_for("P-256", {Scheme::ecdsa, Digest::sha1}), std::invalid_argument);
}

}  // namespace
}  // namespace keyward::x509::testing
