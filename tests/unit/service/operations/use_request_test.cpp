#include "service/operations/use_request.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "domain/mechanisms.hpp"
#include "keys/public/ecdsa_signature.hpp"

namespace keyward::service {
namespace {

using keys::Algorithm;
using keys::KeyType;
using Texts = std::vector<std::string>;

/// The fields of a request, by their size in octets.
struct Sent {
    std::optional<std::size_t> input = 16;
    std::optional<std::size_t> digest = {};
    std::optional<std::size_t> iv = {};
    std::optional<std::size_t> aad = {};
    std::optional<std::size_t> tag = {};
    std::optional<std::size_t> signature = {};
    std::optional<std::string> hash = {};
    std::optional<std::string> format = {};
};

std::optional<Bytes> octets(std::optional<std::size_t> size) {
    if (!size) return std::nullopt;
    return Bytes(*size, 0x5a);
}

OperationFields fields_of(const std::string& mechanism, const Sent& sent) {
    OperationFields fields;
    fields.mechanism = mechanism;
    if (sent.input) fields.input = SecretBytes::copy_of(Bytes(*sent.input, 0x5a));
    fields.digest = octets(sent.digest);
    fields.iv = octets(sent.iv);
    fields.aad = octets(sent.aad);
    fields.tag = octets(sent.tag);
    fields.signature = octets(sent.signature);
    fields.hash = sent.hash;
    fields.format = sent.format;
    return fields;
}

/// A key that has all mechanisms of its algorithm, deployed with a usual size.
struct SampleKey {
    explicit SampleKey(Algorithm algorithm) {
        const bool secret = algorithm == Algorithm::aes || algorithm == Algorithm::des ||
                            algorithm == Algorithm::desede || algorithm == Algorithm::hmac;
        key.type = secret ? KeyType::secret : KeyType::private_key;
        key.algorithm = algorithm;
        key.mechanisms = mechanisms_for(algorithm);
        deployment.source = "content";
        deployment.size = algorithm == Algorithm::rsa ? 2048 : 256;
    }
    [[nodiscard]] UseRules rules(CryptoOperation action, bool legacy_allowed = true) const {
        return {action, key, &deployment, legacy_allowed};
    }

    Key key;
    Deployment deployment;
};

/// In the form `/pointer message`.
Texts texts_of(const std::vector<FieldError>& mistakes) {
    Texts texts;
    for (const FieldError& mistake : mistakes)
        texts.push_back(mistake.pointer + " " + mistake.message);
    return texts;
}

Texts mistakes_in(const UseRules& rules, const std::string& mechanism, const Sent& sent) {
    std::vector<FieldError> mistakes;
    check_operation(rules, fields_of(mechanism, sent), mistakes);
    return texts_of(mistakes);
}

/// The mistakes for a key of the mechanism's own algorithm.
Texts mistakes_in(CryptoOperation action, const std::string& mechanism, const Sent& sent) {
    const SampleKey sample(find_mechanism(mechanism)->algorithm);
    return mistakes_in(sample.rules(action), mechanism, sent);
}

CheckedRequest checked(const UseRules& rules, OperationFields fields) {
    std::vector<FieldError> mistakes;
    CheckedRequest operation = check_operation(rules, std::move(fields), mistakes);
    EXPECT_EQ(texts_of(mistakes), Texts{});
    return operation;
}

CheckedRequest checked(CryptoOperation action, const std::string& mechanism, const Sent& sent) {
    const SampleKey sample(find_mechanism(mechanism)->algorithm);
    return checked(sample.rules(action), fields_of(mechanism, sent));
}

Texts names_of_scheme(Scheme scheme) {
    Texts names;
    for (const Mechanism& row : mechanism_table())
        if (row.scheme == scheme) names.emplace_back(row.name);
    return names;
}

/// The required fields of an action, and nothing else.
Sent required(const Mechanism& row, CryptoOperation action) {
    Sent sent;
    if (action == CryptoOperation::decrypt && row.algorithm == Algorithm::rsa) sent.input = 256;
    if (action == CryptoOperation::decrypt && row.iv_size != 0) sent.iv = row.iv_size;
    if (action == CryptoOperation::decrypt && row.scheme == Scheme::gcm) sent.tag = 16;
    if (action == CryptoOperation::verify) sent.signature = 64;
    if (row.scheme == Scheme::rsa_oaep) sent.hash = "SHA-1";
    return sent;
}

TEST(UseRequest, WithWhatIsRequiredIsRightForEveryMechanism) {
    for (const Mechanism& row : mechanism_table()) {
        const std::string name(row.name);
        for (const CryptoOperation action : actions_of(row)) {
            EXPECT_EQ(mistakes_in(action, name, required(row, action)), Texts{})
                << name << " " << to_string(action);
            EXPECT_EQ(checked(action, name, required(row, action)).operation.mechanism, &row) << name;
        }
    }
}

TEST(UseRequest, WithAParameterThatTheMechanismDoesNotTakeIsRefusedByEveryMechanism) {
    for (const Mechanism& row : mechanism_table()) {
        const std::string name(row.name);
        for (const CryptoOperation action : actions_of(row)) {
            Sent all = required(row, action);
            Texts expected;
            const auto add = [&](Parameter parameter, auto& field, auto value, const std::string& text) {
                if (takes(row, parameter)) return;
                field = value;
                expected.push_back("/" + std::string(to_string(parameter)) + " " + name + " " + text);
            };
            add(Parameter::hash, all.hash, "SHA256", "has a hash of its own or none");
            add(Parameter::iv, all.iv, 16U, "takes none");
            add(Parameter::aad, all.aad, 16U, "takes none: it authenticates nothing");
            add(Parameter::tag, all.tag, 16U, "takes none");
            add(Parameter::format, all.format, "raw", "has one form only");
            EXPECT_EQ(mistakes_in(action, name, all), expected) << name << " " << to_string(action);
        }
    }
}

TEST(UseRequest, WithASignatureIsRefusedByAllButVerify) {
    const Texts refused{"/signature is for verify; this call does not read one"};
    for (const Mechanism& row : mechanism_table())
        for (const CryptoOperation action : actions_of(row)) {
            if (action == CryptoOperation::verify) continue;
            Sent sent = required(row, action);
            sent.signature = 64;
            EXPECT_EQ(mistakes_in(action, std::string(row.name), sent), refused) << row.name;
        }
}

TEST(UseRequest, WithoutInputIsRefusedByEveryMechanism) {
    for (const Mechanism& row : mechanism_table())
        for (const CryptoOperation action : actions_of(row)) {
            Sent sent = required(row, action);
            sent.input = {};
            const Texts expected{takes(row, Parameter::digest)
                                     ? "/input is missing: send input, or its digest"
                                     : "/input is missing"};
            EXPECT_EQ(mistakes_in(action, std::string(row.name), sent), expected) << row.name;
        }
}

// iv, aad, tag

TEST(UseRequest, ToDecryptNeedsTheIvThatTheEncryptionAnswered) {
    const Texts missing{"/iv is missing: send the one that the encryption answered"};
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-GCM", {.tag = 16}), missing);
    for (const char* name : {"AES-CBC-PAD", "AES-CTR", "DES-CBC-PAD", "DES3-CBC-PAD"})
        EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, name, {}), missing) << name;
}

TEST(UseRequest, WithAnIvOfAnotherSizeIsToldTheRightOne) {
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "AES-GCM", {.iv = 11}),
              Texts{"/iv must have 12 octets, but has 11"});
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "AES-GCM", {.iv = 16}),
              Texts{"/iv must have 12 octets, but has 16"});
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "AES-GCM", {.iv = 0}),
              Texts{"/iv must have 12 octets, but has 0"});
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-GCM", {.iv = 13, .tag = 16}),
              Texts{"/iv must have 12 octets, but has 13"});
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "AES-CBC-PAD", {.iv = 8}),
              Texts{"/iv must have 16 octets, but has 8"});
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-CTR", {.iv = 12}),
              Texts{"/iv must have 16 octets, but has 12"});
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "DES-CBC-PAD", {.iv = 16}),
              Texts{"/iv must have 8 octets, but has 16"});
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "DES3-CBC-PAD", {.iv = 1}),
              Texts{"/iv must have 8 octets, but has 1"});
}

TEST(UseRequest, GetsARandomIvOfTheMechanismsSizeWhenNoneWasSent) {
    for (const Mechanism& row : mechanism_table()) {
        if (use_of(row) != KeyUsage::encrypt_decrypt) continue;
        const Sent sent = required(row, CryptoOperation::encrypt);
        const Bytes one = checked(CryptoOperation::encrypt, std::string(row.name), sent).operation.iv;
        const Bytes other = checked(CryptoOperation::encrypt, std::string(row.name), sent).operation.iv;
        EXPECT_EQ(one.size(), row.iv_size) << row.name;
        if (row.iv_size != 0) {
            EXPECT_NE(one, other) << row.name;
        }
    }
}

TEST(UseRequest, KeepsTheIvThatWasSent) {
    EXPECT_EQ(checked(CryptoOperation::encrypt, "AES-GCM", {.iv = 12}).operation.iv, Bytes(12, 0x5a));
    EXPECT_EQ(checked(CryptoOperation::encrypt, "AES-CBC-PAD", {.iv = 16}).operation.iv, Bytes(16, 0x5a));
    EXPECT_EQ(checked(CryptoOperation::decrypt, "AES-CTR", {.iv = 16}).operation.iv, Bytes(16, 0x5a));
}

TEST(UseRequest, MayHaveAdditionalDataOfAnyLengthWithGcm) {
    EXPECT_EQ(checked(CryptoOperation::encrypt, "AES-GCM", {.aad = 0}).operation.aad, Bytes{});
    EXPECT_EQ(checked(CryptoOperation::encrypt, "AES-GCM", {.aad = 1000}).operation.aad, Bytes(1000, 0x5a));
    EXPECT_EQ(checked(CryptoOperation::decrypt, "AES-GCM", {.iv = 12, .aad = 3, .tag = 16}).operation.aad,
              Bytes(3, 0x5a));
}

TEST(UseRequest, ToDecryptWithGcmNeedsTheWholeTag) {
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-GCM", {.iv = 12}),
              Texts{"/tag is missing: send the one that the encryption answered"});
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-GCM", {.iv = 12, .tag = 15}),
              Texts{"/tag must have 16 octets, but has 15"});
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-GCM", {.iv = 12, .tag = 0}),
              Texts{"/tag must have 16 octets, but has 0"});
}

TEST(UseRequest, ToEncryptWithGcmTakesNoTag) {
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "AES-GCM", {.tag = 16}),
              Texts{"/tag is made by the encryption"});
}

TEST(UseRequest, PutsTheTagBehindTheCiphertextAsTokensTakeIt) {
    OperationFields fields = fields_of("AES-GCM", {.iv = 12});
    fields.input = SecretBytes::copy_of(as_bytes("ciphertext"));
    fields.tag = Bytes(16, 0x07);
    const SampleKey sample(Algorithm::aes);
    const CheckedRequest decryption = checked(sample.rules(CryptoOperation::decrypt), std::move(fields));
    EXPECT_EQ(decryption.operation.input.reveal_text(), "ciphertext" + std::string(16, '\x07'));
}

TEST(UseRequest, MayEncryptNothingButWithEcb) {
    for (const char* name : {"AES-GCM", "AES-CBC-PAD", "AES-CTR", "DES3-CBC-PAD"})
        EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, name, {.input = 0}), Texts{}) << name;
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-GCM", {.input = 0, .iv = 12, .tag = 16}), Texts{});
}

// blocks

TEST(UseRequest, WithEcbHasWholeBlocksInBothDirections) {
    for (const CryptoOperation action : {CryptoOperation::encrypt, CryptoOperation::decrypt}) {
        EXPECT_EQ(mistakes_in(action, "AES-ECB", {.input = 32}), Texts{});
        EXPECT_EQ(mistakes_in(action, "AES-ECB", {.input = 15}),
                  Texts{"/input must have whole blocks of 16 octets, at least one, but has 15 octets"});
        EXPECT_EQ(mistakes_in(action, "AES-ECB", {.input = 17}),
                  Texts{"/input must have whole blocks of 16 octets, at least one, but has 17 octets"});
        EXPECT_EQ(mistakes_in(action, "AES-ECB", {.input = 1}),
                  Texts{"/input must have whole blocks of 16 octets, at least one, but has 1 octet"});
        EXPECT_EQ(mistakes_in(action, "AES-ECB", {.input = 0}),
                  Texts{"/input must have whole blocks of 16 octets, at least one, but has 0 octets"});
    }
}

TEST(UseRequest, WithPaddingDecryptsWholeBlocksAndEncryptsAnything) {
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "AES-CBC-PAD", {.input = 15}), Texts{});
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-CBC-PAD", {.input = 24, .iv = 16}),
              Texts{"/input must have whole blocks of 16 octets, at least one, but has 24 octets"});
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-CBC-PAD", {.input = 0, .iv = 16}),
              Texts{"/input must have whole blocks of 16 octets, at least one, but has 0 octets"});
    for (const char* name : {"DES-CBC-PAD", "DES3-CBC-PAD"}) {
        EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, name, {.input = 24, .iv = 8}), Texts{});
        EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, name, {.input = 12, .iv = 8}),
                  Texts{"/input must have whole blocks of 8 octets, at least one, but has 12 octets"});
    }
}

TEST(UseRequest, WithCounterModeHasAnyLength) {
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "AES-CTR", {.input = 1}), Texts{});
    EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, "AES-CTR", {.input = 17, .iv = 16}), Texts{});
}

// RSA encryption

const std::string hash_names = "SHA-1, SHA224, SHA256, SHA384, SHA512";

TEST(UseRequest, WithOaepNamesItsHash) {
    for (const CryptoOperation action : {CryptoOperation::encrypt, CryptoOperation::decrypt}) {
        const std::size_t input = action == CryptoOperation::encrypt ? 16 : 256;
        EXPECT_EQ(mistakes_in(action, "RSA-PKCS-OAEP", {.input = input}),
                  Texts{"/hash is missing: it must be one of " + hash_names});
        for (const char* unknown : {"", "SHA1", "sha256", "SHA-256", "MD5"})
            EXPECT_EQ(mistakes_in(action, "RSA-PKCS-OAEP", {.input = input, .hash = unknown}),
                      Texts{"/hash must be one of " + hash_names})
                << unknown;
    }
    for (const Digest hash : all_digests())
        EXPECT_EQ(checked(CryptoOperation::encrypt, "RSA-PKCS-OAEP", {.hash = std::string(to_string(hash))})
                      .operation.oaep_hash,
                  hash);
}

TEST(UseRequest, WithOaepEncryptsAtMostTheModulusLessTwoHashesAndTwoOctets) {
    const std::vector<std::pair<std::string, std::size_t>> most{
        {"SHA-1", 214}, {"SHA224", 198}, {"SHA256", 190}, {"SHA384", 158}, {"SHA512", 126}};
    for (const auto& [hash, size] : most) {
        EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "RSA-PKCS-OAEP", {.input = size, .hash = hash}),
                  Texts{})
            << hash;
        EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "RSA-PKCS-OAEP", {.input = size + 1, .hash = hash}),
                  Texts{"/input must have at most " + std::to_string(size) +
                        " octets with this key, but has " + std::to_string(size + 1)})
            << hash;
    }
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "RSA-PKCS-OAEP", {.input = 0, .hash = "SHA512"}),
              Texts{});
}

TEST(UseRequest, WithPkcs1EncryptsAtMostTheModulusLessElevenOctets) {
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "RSA-PKCS", {.input = 245}), Texts{});
    EXPECT_EQ(mistakes_in(CryptoOperation::encrypt, "RSA-PKCS", {.input = 246}),
              Texts{"/input must have at most 245 octets with this key, but has 246"});
}

TEST(UseRequest, ToAShortModulusIsToldThatNothingFits) {
    SampleKey sample(Algorithm::rsa);
    sample.deployment.size = 1024;
    EXPECT_EQ(
        mistakes_in(sample.rules(CryptoOperation::encrypt), "RSA-PKCS-OAEP", {.input = 1, .hash = "SHA512"}),
        Texts{"/input must have at most 0 octets with this key, but has 1"});
}

TEST(UseRequest, ToDecryptWithRsaIsAsLongAsTheModulus) {
    for (const char* name : {"RSA-PKCS", "RSA-PKCS-OAEP"})
        for (const std::size_t size : {0U, 1U, 255U, 257U}) {
            Sent sent{.input = size};
            if (std::string(name) == "RSA-PKCS-OAEP") sent.hash = "SHA-1";
            EXPECT_EQ(mistakes_in(CryptoOperation::decrypt, name, sent),
                      Texts{"/input must have 256 octets, but has " + std::to_string(size)})
                << name;
        }
}

TEST(UseRequest, CountsAModulusOfAnOddLengthInWholeOctets) {
    SampleKey sample(Algorithm::rsa);
    sample.deployment.size = 2049;
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::decrypt), "RSA-PKCS", {.input = 257}), Texts{});
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::decrypt), "RSA-PKCS", {.input = 256}),
              Texts{"/input must have 257 octets, but has 256"});
}

TEST(UseRequest, LeavesSizesAloneWhereTheKeysCantBeKnown) {
    const SampleKey sample(Algorithm::rsa);
    const UseRules rules{CryptoOperation::decrypt, sample.key, nullptr, true};
    EXPECT_EQ(mistakes_in(rules, "RSA-PKCS", {.input = 1}), Texts{});
    EXPECT_EQ(mistakes_in(rules, "RSA-PKCS-OAEP", {.input = 1}),
              Texts{"/hash is missing: it must be one of " + hash_names});
}

// digest

TEST(UseRequest, MayBringTheDigestForRsaAndEcdsaSignatures) {
    for (const Mechanism& row : mechanism_table()) {
        if (!takes(row, Parameter::digest)) continue;
        for (const CryptoOperation action : actions_of(row)) {
            Sent sent = required(row, action);
            sent.input = {};
            sent.digest = size_of(*row.digest);
            const CheckedRequest right = checked(action, std::string(row.name), sent);
            EXPECT_TRUE(right.operation.input_is_digest) << row.name;
            EXPECT_EQ(right.operation.input.size(), *sent.digest) << row.name;
        }
    }
}

TEST(UseRequest, WithInputIsNotADigest) {
    const CheckedRequest signing = checked(CryptoOperation::sign, "ECDSA-SHA256", {.input = 32});
    EXPECT_FALSE(signing.operation.input_is_digest);
    EXPECT_EQ(signing.operation.input.size(), 32U);
}

TEST(UseRequest, WithADigestOfAnotherSizeIsToldTheMechanismsOwn) {
    const auto refused = [](const char* name, std::size_t size) {
        return mistakes_in(CryptoOperation::sign, name, {.input = {}, .digest = size});
    };
    EXPECT_EQ(refused("SHA256-RSA-PKCS", 20), Texts{"/digest must have 32 octets, but has 20"});
    EXPECT_EQ(refused("SHA384-RSA-PKCS-PSS", 64), Texts{"/digest must have 48 octets, but has 64"});
    EXPECT_EQ(refused("ECDSA-SHA512", 32), Texts{"/digest must have 64 octets, but has 32"});
    EXPECT_EQ(refused("ECDSA-SHA256", 0), Texts{"/digest must have 32 octets, but has 0"});
}

TEST(UseRequest, WithBothInputAndDigestIsRefused) {
    for (const CryptoOperation action : {CryptoOperation::sign, CryptoOperation::verify}) {
        Sent sent{.input = 16, .digest = 32};
        if (action == CryptoOperation::verify) sent.signature = 64;
        EXPECT_EQ(mistakes_in(action, "SHA256-RSA-PKCS", sent),
                  Texts{"/digest can't be sent together with input"});
    }
}

TEST(UseRequest, WithADigestIsRefusedWhereThereIsNone) {
    for (const Mechanism& row : mechanism_table()) {
        if (takes(row, Parameter::digest)) continue;
        for (const CryptoOperation action : actions_of(row)) {
            Sent sent = required(row, action);
            sent.input = {};
            sent.digest = 32;
            const Texts expected{"/digest " + std::string(row.name) + " takes no digest; send input"};
            EXPECT_EQ(mistakes_in(action, std::string(row.name), sent), expected) << row.name;
        }
    }
}

// signatures

TEST(UseRequest, ToVerifyNeedsASignature) {
    for (const Mechanism& row : mechanism_table())
        if (use_of(row) == KeyUsage::sign_verify) {
            EXPECT_EQ(mistakes_in(CryptoOperation::verify, std::string(row.name), {}),
                      Texts{"/signature is missing"})
                << row.name;
        }
}

TEST(UseRequest, TakesSignaturesOfAnyLengthForTheTokenToRefuse) {
    for (const char* name : {"SHA256-HMAC", "AES-CMAC", "SHA256-RSA-PKCS", "SHA512-RSA-PKCS-PSS", "EDDSA"})
        for (const std::size_t size : {0U, 1U, 63U, 1000U})
            EXPECT_EQ(checked(CryptoOperation::verify, name, {.signature = size}).operation.signature,
                      Bytes(size, 0x5a))
                << name;
}

TEST(UseRequest, KnowsTheTwoFormsOfAnEcdsaSignatureAndNoOther) {
    for (const CryptoOperation action : {CryptoOperation::sign, CryptoOperation::verify})
        for (const std::string& name : names_of_scheme(Scheme::ecdsa)) {
            Sent sent;
            if (action == CryptoOperation::verify) sent.signature = 64;
            EXPECT_EQ(checked(action, name, sent).form, SignatureForm::der);
            sent.format = "der";
            EXPECT_EQ(checked(action, name, sent).form, SignatureForm::der);
            sent.format = "raw";
            EXPECT_EQ(checked(action, name, sent).form, SignatureForm::as_it_is);
            for (const char* other : {"", "DER", "Raw", "asn1"}) {
                sent.format = other;
                EXPECT_EQ(mistakes_in(action, name, sent), Texts{"/format must be der or raw"}) << other;
            }
        }
}

/// The signature that a token receives for one that was sent.
Bytes brought_into_form(const Bytes& sent, const std::string& format, int size = 256) {
    SampleKey sample(Algorithm::ec);
    sample.deployment.size = size;
    OperationFields fields = fields_of("ECDSA-SHA256", {.format = format});
    fields.signature = sent;
    return checked(sample.rules(CryptoOperation::verify), std::move(fields)).operation.signature;
}

TEST(EcdsaSignature, GoesToTheTokenAsTwoNumbersOfTheOrdersLength) {
    Bytes raw(64);
    raw[31] = 0x7f;  // small numbers, so that the lengths must be padded
    raw[32] = 0x80;
    EXPECT_EQ(brought_into_form(raw, "raw"), raw);
    EXPECT_EQ(brought_into_form(keys::ecdsa_der_from_raw(raw), "der"), raw);
    const Bytes long_raw(132, 0x01);
    EXPECT_EQ(brought_into_form(long_raw, "raw", 521), long_raw);
    EXPECT_EQ(brought_into_form(keys::ecdsa_der_from_raw(long_raw), "der", 521), long_raw);
}

TEST(EcdsaSignature, ThatCantBeRightMakesTheTokenDoTheSameWork) {
    const Bytes der = keys::ecdsa_der_from_raw(Bytes(64, 0x11));
    Bytes longer = der;
    longer.push_back(0);
    const std::vector<Bytes> garbage{{},
                                     {0x30},
                                     Bytes(64, 0x5a),
                                     {der.begin(), der.end() - 1},
                                     longer,
                                     from_hex("3006020101020100ff"),
                                     from_hex("3006020180020101"),  // r is negative
                                     keys::ecdsa_der_from_raw(Bytes(66, 0x11))};
    for (const Bytes& sent : garbage) {
        const Bytes stands_in = brought_into_form(sent, "der");
        EXPECT_EQ(stands_in, Bytes(64, 0x01)) << to_hex(sent);
    }
    for (const std::size_t size : {0U, 1U, 63U, 65U, 96U})
        EXPECT_EQ(brought_into_form(Bytes(size, 0x11), "raw"), Bytes(64, 0x01)) << size;
    EXPECT_EQ(brought_into_form({}, "der", 521), Bytes(132, 0x01));
}

TEST(EcdsaSignature, InOneFormIsWrongInTheOther) {
    const Bytes raw(64, 0x11);
    EXPECT_EQ(brought_into_form(raw, "der"), Bytes(64, 0x01));
    EXPECT_EQ(brought_into_form(keys::ecdsa_der_from_raw(raw), "raw"), Bytes(64, 0x01));
}

// the mechanism

TEST(Mechanism, ThatIsMissingOrUnknownIsToldWhatFits) {
    SampleKey sample(Algorithm::aes);
    sample.key.mechanisms = {"AES-GCM", "AES-CTR", "AES-CMAC"};
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::encrypt), "", {}),
              Texts{"/mechanism is missing; the key has AES-GCM, AES-CTR to encrypt"});
    for (const char* unknown : {"AES", "aes-gcm", "AES_GCM", "CKM_AES_GCM"})
        EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::sign), unknown, {}),
                  Texts{"/mechanism is not the name of a mechanism, in upper case with dashes; the key has "
                        "AES-CMAC to sign"})
            << unknown;
}

TEST(Mechanism, OfAnotherAlgorithmIsToldWhatFits) {
    const SampleKey sample(Algorithm::hmac);
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::verify), "EDDSA", {}),
              Texts{"/mechanism is for Ed25519 keys, but the key is for HMAC; the key has SHA-1-HMAC, "
                    "SHA224-HMAC, SHA256-HMAC, SHA384-HMAC, SHA512-HMAC to verify"});
}

TEST(Mechanism, ThatIsNotAmongTheKeysIsToldWhichAre) {
    SampleKey sample(Algorithm::aes);
    sample.key.mechanisms = {"AES-GCM", "AES-CMAC"};
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::decrypt), "AES-CTR", {}),
              Texts{"/mechanism is not among the key's mechanisms; the key has AES-GCM to decrypt"});
}

TEST(Mechanism, OfTheOtherUseIsToldWhatFits) {
    const SampleKey ec(Algorithm::ec);
    EXPECT_EQ(mistakes_in(ec.rules(CryptoOperation::encrypt), "ECDSA-SHA256", {}),
              Texts{"/mechanism does not encrypt; the key has none to encrypt"});
    const SampleKey rsa(Algorithm::rsa);
    EXPECT_EQ(mistakes_in(rsa.rules(CryptoOperation::decrypt, false), "SHA256-RSA-PKCS", {}),
              Texts{"/mechanism does not decrypt; the key has RSA-PKCS-OAEP to decrypt"});
    EXPECT_EQ(mistakes_in(rsa.rules(CryptoOperation::decrypt, true), "SHA256-RSA-PKCS", {}),
              Texts{"/mechanism does not decrypt; the key has RSA-PKCS-OAEP, RSA-PKCS to decrypt"});
}

TEST(Mechanism, OfOldIsUsedOnlyWhereTheConfigurationAllowsIt) {
    const std::string refused =
        "/mechanism is a legacy mechanism, which the configuration does not allow "
        "(policy.legacy_mechanisms); ";
    const auto mistakes = [](const char* name, CryptoOperation action) {
        const SampleKey sample(find_mechanism(name)->algorithm);
        return mistakes_in(sample.rules(action, false), name, {.input = 256});
    };
    for (const CryptoOperation action : {CryptoOperation::encrypt, CryptoOperation::decrypt}) {
        const std::string verb(to_string(action));
        EXPECT_EQ(mistakes("DES-CBC-PAD", action), Texts{refused + "the key has none to " + verb});
        EXPECT_EQ(mistakes("DES3-CBC-PAD", action), Texts{refused + "the key has none to " + verb});
        EXPECT_EQ(mistakes("AES-ECB", action),
                  Texts{refused + "the key has AES-GCM, AES-CBC-PAD, AES-CTR to " + verb});
        EXPECT_EQ(mistakes("RSA-PKCS", action), Texts{refused + "the key has RSA-PKCS-OAEP to " + verb});
    }
}

TEST(Mechanism, WithoutLegacyOnesServesEverythingElse) {
    for (const Mechanism& row : mechanism_table()) {
        if (row.legacy) continue;
        const SampleKey sample(row.algorithm);
        for (const CryptoOperation action : actions_of(row))
            EXPECT_EQ(mistakes_in(sample.rules(action, false), std::string(row.name), required(row, action)),
                      Texts{})
                << row.name;
    }
}

TEST(Mechanism, ThatIsWrongIsTheOnlyMistakeToldOfItsOperation) {
    EXPECT_EQ(
        mistakes_in(CryptoOperation::encrypt, "AES-CMAC", {.input = {}, .iv = 3, .tag = 1, .hash = "x"}),
        Texts{"/mechanism does not encrypt; the key has AES-GCM, AES-CBC-PAD, AES-CTR, AES-ECB to encrypt"});
}

// public keys

TEST(PublicKey, EncryptsAndVerifies) {
    SampleKey sample(Algorithm::rsa);
    sample.key.type = KeyType::public_key;
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::encrypt), "RSA-PKCS-OAEP", {.hash = "SHA-1"}),
              Texts{});
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::verify), "SHA256-RSA-PKCS", {.signature = 256}),
              Texts{});
}

TEST(PublicKey, NeitherDecryptsNorSigns) {
    SampleKey sample(Algorithm::rsa);
    sample.key.type = KeyType::public_key;
    EXPECT_EQ(
        mistakes_in(sample.rules(CryptoOperation::decrypt), "RSA-PKCS-OAEP", {}),
        Texts{"/mechanism needs the private key to decrypt, but the key is a public key; the key has none "
              "to decrypt"});
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::sign), "SHA256-RSA-PKCS", {}),
              Texts{"/mechanism needs the private key to sign, but the key is a public key; the key has none "
                    "to sign"});
    SampleKey ed25519(Algorithm::ed25519);
    ed25519.key.type = KeyType::public_key;
    EXPECT_EQ(mistakes_in(ed25519.rules(CryptoOperation::sign), "EDDSA", {}),
              Texts{"/mechanism needs the private key to sign, but the key is a public key; the key has none "
                    "to sign"});
}

TEST(PublicKey, OfTheOlderFormIsOneInTheEnvironmentThatGotNoOther) {
    SampleKey sample(Algorithm::rsa);
    sample.key.type = KeyType::rsa;
    sample.deployment.source = "publicKey";
    EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::sign), "SHA256-RSA-PKCS", {}),
              Texts{"/mechanism needs the private key to sign, but the key is a public key; the key has none "
                    "to sign"});
    for (const char* source : {"privateKey", "publicKey+privateKey"}) {
        sample.deployment.source = source;
        EXPECT_EQ(mistakes_in(sample.rules(CryptoOperation::sign), "SHA256-RSA-PKCS", {}), Texts{}) << source;
    }
}

// all at once

TEST(UseRequest, IsToldOfEveryMistakeAtOnceUnderItsPointer) {
    OperationFields fields = fields_of("AES-GCM", {.input = {}, .iv = 3, .hash = "SHA256", .format = "raw"});
    fields.pointer = "/batch/7";
    std::vector<FieldError> mistakes;
    check_operation(SampleKey(Algorithm::aes).rules(CryptoOperation::decrypt), std::move(fields), mistakes);
    EXPECT_EQ(texts_of(mistakes),
              (Texts{"/batch/7/hash AES-GCM has a hash of its own or none", "/batch/7/input is missing",
                     "/batch/7/iv must have 12 octets, but has 3",
                     "/batch/7/tag is missing: send the one that the encryption answered",
                     "/batch/7/format AES-GCM has one form only"}));
}

TEST(UseRequest, AddsItsMistakesToThoseOfOthers) {
    std::vector<FieldError> mistakes{{"/batch/0/iv", "was wrong"}};
    check_operation(SampleKey(Algorithm::aes).rules(CryptoOperation::encrypt),
                    fields_of("AES-CBC-PAD", {.iv = 1}), mistakes);
    EXPECT_EQ(texts_of(mistakes), (Texts{"/batch/0/iv was wrong", "/iv must have 16 octets, but has 1"}));
}

TEST(UseRequest, NeverRepeatsWhatWasSent) {
    OperationFields fields = fields_of("AES-ECB", {.iv = 3, .aad = 3, .tag = 3});
    fields.input = SecretBytes::copy_of(as_bytes("a plaintext secret"));
    std::vector<FieldError> mistakes;
    check_operation(SampleKey(Algorithm::aes).rules(CryptoOperation::encrypt), std::move(fields), mistakes);
    ASSERT_EQ(mistakes.size(), 4U);
    for (const FieldError& mistake : mistakes)
        EXPECT_EQ(mistake.message.find("plaintext"), std::string::npos) << mistake.message;
}

}  // namespace
}  // namespace keyward::service
