#include "domain/mechanisms.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include <gtest/gtest.h>

namespace keyward {
namespace {

using enum keys::Algorithm;
using Names = std::vector<std::string>;

constexpr bool by_default = true;
constexpr bool on_request = false;
constexpr bool current = false;
constexpr bool legacy = true;

/// Name, algorithm, scheme, digest, octets of the IV, default or on request, current or legacy.
using Row = std::tuple<std::string, keys::Algorithm, Scheme, std::optional<Digest>, std::size_t, bool, bool>;

const std::vector<Row> contract{
    {"AES-GCM", aes, Scheme::gcm, {}, 12, by_default, current},
    {"AES-CBC-PAD", aes, Scheme::cbc_pad, {}, 16, on_request, current},
    {"AES-CTR", aes, Scheme::ctr, {}, 16, on_request, current},
    {"AES-ECB", aes, Scheme::ecb, {}, 0, on_request, legacy},
    {"AES-CMAC", aes, Scheme::mac, {}, 0, on_request, current},
    {"DES-CBC-PAD", des, Scheme::cbc_pad, {}, 8, by_default, legacy},
    {"DES3-CBC-PAD", desede, Scheme::cbc_pad, {}, 8, by_default, legacy},
    {"SHA-1-HMAC", hmac, Scheme::mac, Digest::sha1, 0, by_default, current},
    {"SHA224-HMAC", hmac, Scheme::mac, Digest::sha224, 0, by_default, current},
    {"SHA256-HMAC", hmac, Scheme::mac, Digest::sha256, 0, by_default, current},
    {"SHA384-HMAC", hmac, Scheme::mac, Digest::sha384, 0, by_default, current},
    {"SHA512-HMAC", hmac, Scheme::mac, Digest::sha512, 0, by_default, current},
    {"SHA256-RSA-PKCS", rsa, Scheme::rsa_pkcs1_signature, Digest::sha256, 0, by_default, current},
    {"SHA384-RSA-PKCS", rsa, Scheme::rsa_pkcs1_signature, Digest::sha384, 0, by_default, current},
    {"SHA512-RSA-PKCS", rsa, Scheme::rsa_pkcs1_signature, Digest::sha512, 0, by_default, current},
    {"SHA256-RSA-PKCS-PSS", rsa, Scheme::rsa_pss, Digest::sha256, 0, by_default, current},
    {"SHA384-RSA-PKCS-PSS", rsa, Scheme::rsa_pss, Digest::sha384, 0, by_default, current},
    {"SHA512-RSA-PKCS-PSS", rsa, Scheme::rsa_pss, Digest::sha512, 0, by_default, current},
    {"RSA-PKCS-OAEP", rsa, Scheme::rsa_oaep, {}, 0, by_default, current},
    {"RSA-PKCS", rsa, Scheme::rsa_pkcs1_cipher, {}, 0, on_request, legacy},
    {"ECDSA-SHA256", ec, Scheme::ecdsa, Digest::sha256, 0, by_default, current},
    {"ECDSA-SHA384", ec, Scheme::ecdsa, Digest::sha384, 0, by_default, current},
    {"ECDSA-SHA512", ec, Scheme::ecdsa, Digest::sha512, 0, by_default, current},
    {"EDDSA", ed25519, Scheme::eddsa, {}, 0, by_default, current},
};

Names names_where(const std::function<bool(const Mechanism&)>& wanted) {
    Names names;
    for (const Mechanism& row : mechanism_table())
        if (wanted(row)) names.emplace_back(row.name);
    return names;
}

TEST(Mechanisms, AreThoseOfTheContract) {
    const auto table = mechanism_table();
    ASSERT_EQ(table.size(), contract.size());
    for (std::size_t i = 0; i < table.size(); ++i) {
        const Mechanism& row = table[i];
        EXPECT_EQ(
            Row(row.name, row.algorithm, row.scheme, row.digest, row.iv_size, row.by_default, row.legacy),
            contract[i])
            << row.name << " against " << std::get<std::string>(contract[i]);
    }
}

TEST(Mechanisms, AllHaveLimitsAndASource) {
    EXPECT_EQ(names_where([](const Mechanism& row) { return row.limits.empty() || row.source.empty(); }),
              Names{});
    EXPECT_EQ(
        names_where([](const Mechanism& row) { return !row.source.starts_with("PKCS#11 3.0 section "); }),
        Names{});
}

TEST(Mechanisms, AreFoundByTheirWholeNameOnly) {
    for (const Mechanism& row : mechanism_table())
        EXPECT_EQ(find_mechanism(row.name), &row) << row.name;
    for (const char* name : {"", "AES", "aes-gcm", "AES_GCM", "CKM_AES_GCM", "AES-GCM ", "SHA1-HMAC"})
        EXPECT_EQ(find_mechanism(name), nullptr) << name;
}

TEST(Mechanisms, EncryptOrSignNeverBoth) {
    using Actions = std::vector<CryptoOperation>;
    const Names ciphers{"AES-GCM",     "AES-CBC-PAD",  "AES-CTR",       "AES-ECB",
                        "DES-CBC-PAD", "DES3-CBC-PAD", "RSA-PKCS-OAEP", "RSA-PKCS"};
    EXPECT_EQ(names_where([](const Mechanism& row) { return use_of(row) == KeyUsage::encrypt_decrypt; }),
              ciphers);
    for (const Mechanism& row : mechanism_table())
        EXPECT_EQ(actions_of(row), use_of(row) == KeyUsage::encrypt_decrypt
                                       ? (Actions{CryptoOperation::encrypt, CryptoOperation::decrypt})
                                       : (Actions{CryptoOperation::sign, CryptoOperation::verify}))
            << row.name;
}

TEST(Mechanisms, TakeTheParametersOfTheContractAndNoOthers) {
    using enum Parameter;
    using Parameters = std::vector<Parameter>;
    std::map<Scheme, Parameters> expected;
    expected[Scheme::gcm] = {iv, aad, tag};
    expected[Scheme::cbc_pad] = expected[Scheme::ctr] = {iv};
    expected[Scheme::rsa_oaep] = {hash};
    expected[Scheme::rsa_pkcs1_signature] = expected[Scheme::rsa_pss] = {Parameter::digest};
    expected[Scheme::ecdsa] = {format, Parameter::digest};
    for (const Mechanism& row : mechanism_table()) {
        const Parameters& wanted = expected[row.scheme];
        EXPECT_EQ(parameters_of(row), wanted) << row.name;
        for (const Parameter each : {iv, aad, tag, hash, format, Parameter::digest})
            EXPECT_EQ(takes(row, each), std::ranges::find(wanted, each) != wanted.end())
                << row.name << " " << to_string(each);
    }
}

TEST(Mechanisms, TakeAnIvExactlyWhenItHasASize) {
    EXPECT_EQ(
        names_where([](const Mechanism& row) { return takes(row, Parameter::iv) != (row.iv_size > 0); }),
        Names{});
}

TEST(Mechanisms, ThatTakeADigestSayOfWhichHash) {
    EXPECT_EQ(names_where([](const Mechanism& row) { return takes(row, Parameter::digest) && !row.digest; }),
              Names{});
}

TEST(Mechanisms, NeedThePublicHalfAloneToVerifyAndToEncryptWithKeyPairs) {
    const auto public_for = [](CryptoOperation action) {
        return names_where(
            [=](const Mechanism& row) { return use_of(row) == use_of(action) && is_public(row, action); });
    };
    EXPECT_EQ(public_for(CryptoOperation::encrypt), (Names{"RSA-PKCS-OAEP", "RSA-PKCS"}));
    EXPECT_EQ(public_for(CryptoOperation::verify),
              (Names{"SHA256-RSA-PKCS", "SHA384-RSA-PKCS", "SHA512-RSA-PKCS", "SHA256-RSA-PKCS-PSS",
                     "SHA384-RSA-PKCS-PSS", "SHA512-RSA-PKCS-PSS", "ECDSA-SHA256", "ECDSA-SHA384",
                     "ECDSA-SHA512", "EDDSA"}));
    EXPECT_EQ(public_for(CryptoOperation::decrypt), Names{});
    EXPECT_EQ(public_for(CryptoOperation::sign), Names{});
}

TEST(Mechanisms, WhoseFailureIsAnOracleAreThoseWithPaddingAndNoAuthentication) {
    EXPECT_EQ(names_where(failure_is_an_oracle),
              (Names{"AES-CBC-PAD", "DES-CBC-PAD", "DES3-CBC-PAD", "RSA-PKCS"}));
}

TEST(Mechanisms, OfAKeyByDefaultServeOnePurposeAlone) {
    EXPECT_EQ(default_mechanisms(aes), Names{"AES-GCM"});
    EXPECT_EQ(default_mechanisms(des), Names{"DES-CBC-PAD"});
    EXPECT_EQ(default_mechanisms(desede), Names{"DES3-CBC-PAD"});
    EXPECT_EQ(default_mechanisms(hmac),
              (Names{"SHA-1-HMAC", "SHA224-HMAC", "SHA256-HMAC", "SHA384-HMAC", "SHA512-HMAC"}));
    EXPECT_EQ(default_mechanisms(rsa),
              (Names{"SHA256-RSA-PKCS", "SHA384-RSA-PKCS", "SHA512-RSA-PKCS", "SHA256-RSA-PKCS-PSS",
                     "SHA384-RSA-PKCS-PSS", "SHA512-RSA-PKCS-PSS", "RSA-PKCS-OAEP"}));
    EXPECT_EQ(default_mechanisms(ec), (Names{"ECDSA-SHA256", "ECDSA-SHA384", "ECDSA-SHA512"}));
    EXPECT_EQ(default_mechanisms(ed25519), Names{"EDDSA"});
}

TEST(Mechanisms, ForAnAlgorithmAreAllOfItsRowsInTheTablesOrder) {
    EXPECT_EQ(mechanisms_for(aes), (Names{"AES-GCM", "AES-CBC-PAD", "AES-CTR", "AES-ECB", "AES-CMAC"}));
    EXPECT_EQ(mechanisms_for(rsa).size(), 8U);
    EXPECT_EQ(mechanisms_for(rsa).back(), "RSA-PKCS");
    EXPECT_EQ(mechanisms_for(ed25519), Names{"EDDSA"});
}

TEST(Mechanisms, AskForTheUsesThatTheyNeedOfTheirOwnAlgorithmAlone) {
    EXPECT_EQ(uses_of(aes, {"AES-GCM"}), KeyUsages{KeyUsage::encrypt_decrypt});
    EXPECT_EQ(uses_of(aes, {"AES-CMAC"}), KeyUsages{KeyUsage::sign_verify});
    EXPECT_EQ(uses_of(aes, {"AES-CMAC", "AES-CTR"}),
              (KeyUsages{KeyUsage::encrypt_decrypt, KeyUsage::sign_verify}));
    EXPECT_EQ(uses_of(aes, {"EDDSA", "unknown"}), KeyUsages{});
    EXPECT_EQ(uses_of(aes, {}), KeyUsages{});
}

TEST(Actions, AreNamedAsInThePathOfTheirCall) {
    const std::map<CryptoOperation, std::string> names{{CryptoOperation::encrypt, "encrypt"},
                                                       {CryptoOperation::decrypt, "decrypt"},
                                                       {CryptoOperation::sign, "sign"},
                                                       {CryptoOperation::verify, "verify"}};
    for (const auto& [action, name] : names)
        EXPECT_EQ(to_string(action), name);
}

TEST(Actions, NeedTheObjectsUse) {
    EXPECT_EQ(use_of(CryptoOperation::encrypt), KeyUsage::encrypt_decrypt);
    EXPECT_EQ(use_of(CryptoOperation::decrypt), KeyUsage::encrypt_decrypt);
    EXPECT_EQ(use_of(CryptoOperation::sign), KeyUsage::sign_verify);
    EXPECT_EQ(use_of(CryptoOperation::verify), KeyUsage::sign_verify);
}

TEST(Parameters, AreNamedAsInARequest) {
    const std::map<Parameter, std::string> names{
        {Parameter::iv, "iv"},     {Parameter::aad, "aad"},       {Parameter::tag, "tag"},
        {Parameter::hash, "hash"}, {Parameter::format, "format"}, {Parameter::digest, "digest"}};
    for (const auto& [parameter, name] : names)
        EXPECT_EQ(to_string(parameter), name);
}

}  // namespace
}  // namespace keyward
