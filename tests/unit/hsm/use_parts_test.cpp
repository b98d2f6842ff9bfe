// Parts of the use of keys that need no module: codes, parameters, digests.
#include <algorithm>
#include <array>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include "hsm/cryptoki/errors.hpp"
#include "hsm/cryptoki/mechanism_codes.hpp"
#include "hsm/cryptoki/mechanism_parameters.hpp"
#include "tests/contract/token/support/use_samples.hpp"

namespace keyward::hsm {
namespace {

using tests::message;
using tests::operation;

/// DigestInfo as OpenSSL encodes it.
Bytes digest_info_by_openssl(Digest digest, ByteView value) {
    const EVP_MD* const method = EVP_get_digestbyname(std::string(to_string(digest)).c_str());
    const std::unique_ptr<X509_SIG, decltype(&X509_SIG_free)> info(X509_SIG_new(), &X509_SIG_free);
    X509_ALGOR* algorithm = nullptr;
    ASN1_OCTET_STRING* octets = nullptr;
    X509_SIG_getm(info.get(), &algorithm, &octets);
    X509_ALGOR_set0(algorithm, OBJ_nid2obj(EVP_MD_get_type(method)), V_ASN1_NULL, nullptr);
    ASN1_OCTET_STRING_set(octets, value.data(), static_cast<int>(value.size()));
    Bytes der(static_cast<std::size_t>(i2d_X509_SIG(info.get(), nullptr)));
    unsigned char* out = der.data();
    i2d_X509_SIG(info.get(), &out);
    return der;
}

class EveryDigest : public ::testing::TestWithParam<Digest> {};
INSTANTIATE_TEST_SUITE_P(Digests, EveryDigest,
                         ::testing::ValuesIn(all_digests().begin(), all_digests().end()),
                         [](const auto& test) {
                             std::string name(to_string(test.param));
                             std::erase(name, '-');
                             return name;
                         });

TEST_P(EveryDigest, HasTheDigestInfoThatOpensslWrites) {
    const Bytes value = message(size_of(GetParam()));
    EXPECT_EQ(digest_info(GetParam(), value), digest_info_by_openssl(GetParam(), value));
}

TEST_P(EveryDigest, OfOaepIsThatOfItsMaskWithoutALabel) {
    const CK_RSA_PKCS_OAEP_PARAMS parameters = oaep_parameters(GetParam());
    EXPECT_EQ(parameters.hashAlg, code_of(GetParam()).mechanism);
    EXPECT_EQ(parameters.mgf, code_of(GetParam()).mask);
    EXPECT_EQ(parameters.source, CKZ_DATA_SPECIFIED);
    EXPECT_EQ(parameters.source_data_len, 0U);
}

TEST(MechanismForms, GiveBareMechanismsADigestAsTheirSchemeWantsIt) {
    for (const MechanismCode& row : mechanism_codes()) {
        const Mechanism& mechanism = mechanism_of(row.id);
        const DigestForm expected = mechanism.scheme == Scheme::rsa_pkcs1_signature ? DigestForm::info
                                    : mechanism.scheme == Scheme::rsa_pss           ? DigestForm::whole
                                    : mechanism.scheme == Scheme::ecdsa             ? DigestForm::leftmost
                                                                                    : DigestForm::none;
        EXPECT_EQ(row.form, expected) << mechanism_of(row.id).name;
        EXPECT_EQ(row.instead == row.code, expected == DigestForm::none) << mechanism_of(row.id).name;
    }
}

TEST(MechanismForms, AreThereForEveryMechanismThatTakesADigest) {
    for (const MechanismCode& row : mechanism_codes())
        EXPECT_EQ(row.form != DigestForm::none, takes(mechanism_of(row.id), Parameter::digest))
            << mechanism_of(row.id).name;
}

TEST(MechanismCodeOf, AName) {
    EXPECT_EQ(code_of("SHA384-RSA-PKCS-PSS").code, CKM_SHA384_RSA_PKCS_PSS);
    EXPECT_EQ(code_of("SHA384-RSA-PKCS-PSS").instead, CKM_RSA_PKCS_PSS);
}

TEST(MechanismParametersOf, GcmAreIvAadAndATagOf128Bits) {
    CryptoRequest sealing = operation("AES-GCM", message(8));
    sealing.aad = message(20);
    MechanismParameters parameters(CKM_AES_GCM, sealing);
    ASSERT_EQ(parameters.mechanism().ulParameterLen, sizeof(CK_GCM_PARAMS));
    const auto& gcm = *static_cast<const CK_GCM_PARAMS*>(parameters.mechanism().pParameter);
    EXPECT_EQ(gcm.pIv, sealing.iv.data());
    EXPECT_EQ(gcm.ulIvLen, 12U);
    EXPECT_EQ(gcm.ulIvBits, 96U);
    EXPECT_EQ(gcm.pAAD, sealing.aad.data());
    EXPECT_EQ(gcm.ulAADLen, 20U);
    EXPECT_EQ(gcm.ulTagBits, 128U);
}

TEST(MechanismParametersOf, CtrAreTheWholeBlockWithAllItsBitsCounting) {
    const CryptoRequest sealing = operation("AES-CTR", message(8));
    MechanismParameters parameters(CKM_AES_CTR, sealing);
    ASSERT_EQ(parameters.mechanism().ulParameterLen, sizeof(CK_AES_CTR_PARAMS));
    const auto& ctr = *static_cast<const CK_AES_CTR_PARAMS*>(parameters.mechanism().pParameter);
    EXPECT_EQ(ctr.ulCounterBits, 128U);
    EXPECT_TRUE(std::ranges::equal(ctr.cb, sealing.iv));
}

TEST(MechanismParametersOf, CbcAreTheIv) {
    const CryptoRequest sealing = operation("DES3-CBC-PAD", message(8));
    MechanismParameters parameters(CKM_DES3_CBC_PAD, sealing);
    EXPECT_EQ(parameters.mechanism().pParameter, sealing.iv.data());
    EXPECT_EQ(parameters.mechanism().ulParameterLen, 8U);
}

TEST(MechanismParametersOf, PssAreTheSameHashingOrBare) {
    const CryptoRequest signing = operation("SHA384-RSA-PKCS-PSS", message(8));
    for (const CK_MECHANISM_TYPE code : {CKM_SHA384_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS}) {
        MechanismParameters parameters(code, signing);
        EXPECT_EQ(parameters.mechanism().mechanism, code);
        ASSERT_EQ(parameters.mechanism().ulParameterLen, sizeof(CK_RSA_PKCS_PSS_PARAMS));
        const auto& pss = *static_cast<const CK_RSA_PKCS_PSS_PARAMS*>(parameters.mechanism().pParameter);
        EXPECT_EQ(pss.hashAlg, CKM_SHA384);
        EXPECT_EQ(pss.mgf, CKG_MGF1_SHA384);
        EXPECT_EQ(pss.sLen, 48U);
    }
}

TEST(MechanismParametersOf, OaepAreThoseOfItsHash) {
    CryptoRequest sealing = operation("RSA-PKCS-OAEP", message(8));
    sealing.oaep_hash = Digest::sha256;
    MechanismParameters parameters(CKM_RSA_PKCS_OAEP, sealing);
    ASSERT_EQ(parameters.mechanism().ulParameterLen, sizeof(CK_RSA_PKCS_OAEP_PARAMS));
    EXPECT_EQ(static_cast<const CK_RSA_PKCS_OAEP_PARAMS*>(parameters.mechanism().pParameter)->hashAlg,
              CKM_SHA256);
}

TEST(MechanismParametersOf, TheOthersAreNone) {
    for (const char* const name :
         {"AES-ECB", "AES-CMAC", "SHA256-HMAC", "SHA256-RSA-PKCS", "RSA-PKCS", "ECDSA-SHA256", "EDDSA"}) {
        const CryptoRequest any = operation(name, message(8));
        MechanismParameters parameters(code_of(name).code, any);
        EXPECT_EQ(parameters.mechanism().pParameter, nullptr) << name;
        EXPECT_EQ(parameters.mechanism().ulParameterLen, 0U) << name;
    }
}

TEST(Answers, AboutTheInputAreNotAboutTheToken) {
    for (const CK_RV value : {CKR_DATA_INVALID, CKR_DATA_LEN_RANGE, CKR_ENCRYPTED_DATA_INVALID,
                              CKR_ENCRYPTED_DATA_LEN_RANGE, CKR_ARGUMENTS_BAD, CK_RV{0x42}})
        EXPECT_TRUE(is_about_input(value)) << name_of(value);
    for (const CK_RV value : {CKR_DEVICE_ERROR, CKR_GENERAL_ERROR, CKR_SESSION_HANDLE_INVALID,
                              CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_OPERATION_ACTIVE})
        EXPECT_FALSE(is_about_input(value)) << name_of(value);
}

TEST(Answers, AnAeadDecryptionThatFailedHasAName) {
    EXPECT_EQ(name_of(0x42), "CKR_AEAD_DECRYPT_FAILED");
}

}  // namespace
}  // namespace keyward::hsm
