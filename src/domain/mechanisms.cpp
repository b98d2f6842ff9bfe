#include "domain/mechanisms.hpp"

#include <algorithm>
#include <array>

namespace keyward {
namespace {

using keys::Algorithm;

constexpr std::array mechanism_rows{
    Mechanism{.id = MechanismId::aes_gcm,
              .name = "AES-GCM",
              .algorithm = Algorithm::aes,
              .scheme = Scheme::gcm,
              .iv_size = 12,
              .by_default = true,
              .limits = "IV of 12 octets, made by the service unless sent; at most 2^32 encryptions a key "
                        "with made IVs (NIST SP 800-38D 8.3); tag of 16 octets",
              .source = "PKCS#11 3.0 section AES-GCM, NIST SP 800-38D"},
    Mechanism{.id = MechanismId::aes_cbc_pad,
              .name = "AES-CBC-PAD",
              .algorithm = Algorithm::aes,
              .scheme = Scheme::cbc_pad,
              .iv_size = 16,
              .limits = "IV of 16 octets, made by the service unless sent; not authenticated: whether a "
                        "decryption succeeds is an oracle",
              .source = "PKCS#11 3.0 section AES-CBC with PKCS padding, NIST SP 800-38A, PKCS#7 padding"},
    Mechanism{.id = MechanismId::aes_ctr,
              .name = "AES-CTR",
              .algorithm = Algorithm::aes,
              .scheme = Scheme::ctr,
              .iv_size = 16,
              .limits = "counter block of 16 octets, made by the service unless sent; not authenticated",
              .source = "PKCS#11 3.0 section AES with Counter, NIST SP 800-38A"},
    Mechanism{.id = MechanismId::aes_ecb,
              .name = "AES-ECB",
              .algorithm = Algorithm::aes,
              .scheme = Scheme::ecb,
              .legacy = true,
              .limits = "whole blocks of 16 octets; equal blocks show",
              .source = "PKCS#11 3.0 section AES-ECB, NIST SP 800-38A"},
    Mechanism{.id = MechanismId::aes_cmac,
              .name = "AES-CMAC",
              .algorithm = Algorithm::aes,
              .scheme = Scheme::mac,
              .limits = "MAC of 16 octets",
              .source = "PKCS#11 3.0 section AES CMAC, NIST SP 800-38B"},
    Mechanism{.id = MechanismId::des_cbc_pad,
              .name = "DES-CBC-PAD",
              .algorithm = Algorithm::des,
              .scheme = Scheme::cbc_pad,
              .iv_size = 8,
              .by_default = true,
              .legacy = true,
              .limits = "IV of 8 octets, made by the service unless sent; 56 bits can be searched through",
              .source = "PKCS#11 3.0 section Double and Triple-length DES, FIPS 46-3"},
    Mechanism{
        .id = MechanismId::des3_cbc_pad,
        .name = "DES3-CBC-PAD",
        .algorithm = Algorithm::desede,
        .scheme = Scheme::cbc_pad,
        .iv_size = 8,
        .by_default = true,
        .legacy = true,
        .limits =
            "IV of 8 octets, made by the service unless sent; at most 2^20 blocks a key (NIST SP 800-67)",
        .source = "PKCS#11 3.0 section Double and Triple-length DES, NIST SP 800-67"},
    Mechanism{.id = MechanismId::sha_1_hmac,
              .name = "SHA-1-HMAC",
              .algorithm = Algorithm::hmac,
              .scheme = Scheme::mac,
              .digest = Digest::sha1,
              .by_default = true,
              .limits = "MAC of 20 octets",
              .source = "PKCS#11 3.0 section SHA-1-HMAC, RFC 2104, FIPS 198-1"},
    Mechanism{.id = MechanismId::sha224_hmac,
              .name = "SHA224-HMAC",
              .algorithm = Algorithm::hmac,
              .scheme = Scheme::mac,
              .digest = Digest::sha224,
              .by_default = true,
              .limits = "MAC of 28 octets",
              .source = "PKCS#11 3.0 section SHA-224-HMAC, FIPS 198-1"},
    Mechanism{.id = MechanismId::sha256_hmac,
              .name = "SHA256-HMAC",
              .algorithm = Algorithm::hmac,
              .scheme = Scheme::mac,
              .digest = Digest::sha256,
              .by_default = true,
              .limits = "MAC of 32 octets",
              .source = "PKCS#11 3.0 section SHA-256-HMAC, FIPS 198-1"},
    Mechanism{.id = MechanismId::sha384_hmac,
              .name = "SHA384-HMAC",
              .algorithm = Algorithm::hmac,
              .scheme = Scheme::mac,
              .digest = Digest::sha384,
              .by_default = true,
              .limits = "MAC of 48 octets",
              .source = "PKCS#11 3.0 section SHA-384, FIPS 198-1"},
    Mechanism{.id = MechanismId::sha512_hmac,
              .name = "SHA512-HMAC",
              .algorithm = Algorithm::hmac,
              .scheme = Scheme::mac,
              .digest = Digest::sha512,
              .by_default = true,
              .limits = "MAC of 64 octets",
              .source = "PKCS#11 3.0 section SHA-512, FIPS 198-1"},
    Mechanism{.id = MechanismId::sha256_rsa_pkcs,
              .name = "SHA256-RSA-PKCS",
              .algorithm = Algorithm::rsa,
              .scheme = Scheme::rsa_pkcs1_signature,
              .digest = Digest::sha256,
              .by_default = true,
              .limits = "signature as long as the modulus",
              .source = "PKCS#11 3.0 section PKCS #1 v1.5 RSA, RFC 8017 8.2"},
    Mechanism{.id = MechanismId::sha384_rsa_pkcs,
              .name = "SHA384-RSA-PKCS",
              .algorithm = Algorithm::rsa,
              .scheme = Scheme::rsa_pkcs1_signature,
              .digest = Digest::sha384,
              .by_default = true,
              .limits = "signature as long as the modulus",
              .source = "PKCS#11 3.0 section PKCS #1 v1.5 RSA, RFC 8017 8.2"},
    Mechanism{.id = MechanismId::sha512_rsa_pkcs,
              .name = "SHA512-RSA-PKCS",
              .algorithm = Algorithm::rsa,
              .scheme = Scheme::rsa_pkcs1_signature,
              .digest = Digest::sha512,
              .by_default = true,
              .limits = "signature as long as the modulus",
              .source = "PKCS#11 3.0 section PKCS #1 v1.5 RSA, RFC 8017 8.2"},
    Mechanism{.id = MechanismId::sha256_rsa_pkcs_pss,
              .name = "SHA256-RSA-PKCS-PSS",
              .algorithm = Algorithm::rsa,
              .scheme = Scheme::rsa_pss,
              .digest = Digest::sha256,
              .by_default = true,
              .limits = "signature as long as the modulus; MGF1 with the same hash, salt of 32 octets",
              .source = "PKCS#11 3.0 section PKCS #1 RSA PSS, RFC 8017 8.1"},
    Mechanism{.id = MechanismId::sha384_rsa_pkcs_pss,
              .name = "SHA384-RSA-PKCS-PSS",
              .algorithm = Algorithm::rsa,
              .scheme = Scheme::rsa_pss,
              .digest = Digest::sha384,
              .by_default = true,
              .limits = "signature as long as the modulus; MGF1 with the same hash, salt of 48 octets",
              .source = "PKCS#11 3.0 section PKCS #1 RSA PSS, RFC 8017 8.1"},
    Mechanism{.id = MechanismId::sha512_rsa_pkcs_pss,
              .name = "SHA512-RSA-PKCS-PSS",
              .algorithm = Algorithm::rsa,
              .scheme = Scheme::rsa_pss,
              .digest = Digest::sha512,
              .by_default = true,
              .limits = "signature as long as the modulus; MGF1 with the same hash, salt of 64 octets",
              .source = "PKCS#11 3.0 section PKCS #1 RSA PSS, RFC 8017 8.1"},
    Mechanism{
        .id = MechanismId::rsa_pkcs_oaep,
        .name = "RSA-PKCS-OAEP",
        .algorithm = Algorithm::rsa,
        .scheme = Scheme::rsa_oaep,
        .by_default = true,
        .limits =
            "input of at most the modulus less two hashes and 2 octets; MGF1 with the same hash, no label",
        .source = "PKCS#11 3.0 section PKCS #1 RSA OAEP, RFC 8017 7.1"},
    Mechanism{
        .id = MechanismId::rsa_pkcs,
        .name = "RSA-PKCS",
        .algorithm = Algorithm::rsa,
        .scheme = Scheme::rsa_pkcs1_cipher,
        .legacy = true,
        .limits = "input of at most the modulus less 11 octets; whether a decryption succeeds is an oracle",
        .source = "PKCS#11 3.0 section PKCS #1 v1.5 RSA, RFC 8017 7.2"},
    Mechanism{.id = MechanismId::ecdsa_sha256,
              .name = "ECDSA-SHA256",
              .algorithm = Algorithm::ec,
              .scheme = Scheme::ecdsa,
              .digest = Digest::sha256,
              .by_default = true,
              .limits = "signature in DER, or r and s one behind the other (raw)",
              .source = "PKCS#11 3.0 section ECDSA, FIPS 186-5"},
    Mechanism{.id = MechanismId::ecdsa_sha384,
              .name = "ECDSA-SHA384",
              .algorithm = Algorithm::ec,
              .scheme = Scheme::ecdsa,
              .digest = Digest::sha384,
              .by_default = true,
              .limits = "signature in DER, or r and s one behind the other (raw)",
              .source = "PKCS#11 3.0 section ECDSA, FIPS 186-5"},
    Mechanism{.id = MechanismId::ecdsa_sha512,
              .name = "ECDSA-SHA512",
              .algorithm = Algorithm::ec,
              .scheme = Scheme::ecdsa,
              .digest = Digest::sha512,
              .by_default = true,
              .limits = "signature in DER, or r and s one behind the other (raw)",
              .source = "PKCS#11 3.0 section ECDSA, FIPS 186-5"},
    Mechanism{.id = MechanismId::eddsa,
              .name = "EDDSA",
              .algorithm = Algorithm::ed25519,
              .scheme = Scheme::eddsa,
              .by_default = true,
              .limits = "signature of 64 octets; over the message alone, not over a digest",
              .source = "PKCS#11 3.0 section EdDSA, RFC 8032"},
};
static_assert(has_a_row_for_each_mechanism(mechanism_rows));

template <typename... Parameters>
constexpr unsigned all_of(Parameters... parameters) {
    return (0U | ... | (1U << static_cast<unsigned>(parameters)));
}

struct SchemeRow {
    Scheme scheme;
    KeyUsage use;
    bool asymmetric;
    bool oracle;
    unsigned parameters;
};

constexpr std::array schemes{
    SchemeRow{Scheme::gcm, KeyUsage::encrypt_decrypt, false, false,
              all_of(Parameter::iv, Parameter::aad, Parameter::tag)},
    SchemeRow{Scheme::cbc_pad, KeyUsage::encrypt_decrypt, false, true, all_of(Parameter::iv)},
    SchemeRow{Scheme::ctr, KeyUsage::encrypt_decrypt, false, false, all_of(Parameter::iv)},
    SchemeRow{Scheme::ecb, KeyUsage::encrypt_decrypt, false, false, all_of()},
    SchemeRow{Scheme::mac, KeyUsage::sign_verify, false, false, all_of()},
    SchemeRow{Scheme::rsa_pkcs1_signature, KeyUsage::sign_verify, true, false, all_of(Parameter::digest)},
    SchemeRow{Scheme::rsa_pss, KeyUsage::sign_verify, true, false, all_of(Parameter::digest)},
    SchemeRow{Scheme::rsa_oaep, KeyUsage::encrypt_decrypt, true, false, all_of(Parameter::hash)},
    SchemeRow{Scheme::rsa_pkcs1_cipher, KeyUsage::encrypt_decrypt, true, true, all_of()},
    SchemeRow{Scheme::ecdsa, KeyUsage::sign_verify, true, false,
              all_of(Parameter::digest, Parameter::format)},
    SchemeRow{Scheme::eddsa, KeyUsage::sign_verify, true, false, all_of()},
};

const SchemeRow& scheme_of(const Mechanism& mechanism) {
    return *std::ranges::find(schemes, mechanism.scheme, &SchemeRow::scheme);
}

struct ActionRow {
    CryptoOperation action;
    std::string_view name;
    KeyUsage use;
    bool needs_public_half;
};

constexpr std::array actions{
    ActionRow{CryptoOperation::encrypt, "encrypt", KeyUsage::encrypt_decrypt, true},
    ActionRow{CryptoOperation::decrypt, "decrypt", KeyUsage::encrypt_decrypt, false},
    ActionRow{CryptoOperation::sign, "sign", KeyUsage::sign_verify, false},
    ActionRow{CryptoOperation::verify, "verify", KeyUsage::sign_verify, true},
};

const ActionRow& row_of(CryptoOperation action) {
    return *std::ranges::find(actions, action, &ActionRow::action);
}

struct ParameterRow {
    Parameter parameter;
    std::string_view name;
};

constexpr std::array parameters{
    ParameterRow{Parameter::iv, "iv"},         ParameterRow{Parameter::aad, "aad"},
    ParameterRow{Parameter::tag, "tag"},       ParameterRow{Parameter::hash, "hash"},
    ParameterRow{Parameter::format, "format"}, ParameterRow{Parameter::digest, "digest"},
};

template <typename Wanted>
MechanismList names_where(Wanted wanted) {
    MechanismList names;
    for (const Mechanism& row : mechanism_rows)
        if (wanted(row)) names.emplace_back(row.name);
    return names;
}

}  // namespace

KeyUsage use_of(CryptoOperation action) {
    return row_of(action).use;
}

std::string_view to_string(CryptoOperation action) {
    return row_of(action).name;
}

std::string_view to_string(Parameter parameter) {
    return std::ranges::find(parameters, parameter, &ParameterRow::parameter)->name;
}

std::span<const Mechanism> mechanism_table() {
    return mechanism_rows;
}

const Mechanism& mechanism_of(MechanismId id) {
    return mechanism_rows.at(index_of(id));
}

const Mechanism* find_mechanism(std::string_view name) {
    const auto* const row = std::ranges::find(mechanism_rows, name, &Mechanism::name);
    return row == mechanism_rows.end() ? nullptr : row;
}

KeyUsage use_of(const Mechanism& mechanism) {
    return scheme_of(mechanism).use;
}

std::vector<CryptoOperation> actions_of(const Mechanism& mechanism) {
    std::vector<CryptoOperation> all;
    for (const ActionRow& row : actions)
        if (row.use == use_of(mechanism)) all.push_back(row.action);
    return all;
}

bool takes(const Mechanism& mechanism, Parameter parameter) {
    return (scheme_of(mechanism).parameters & all_of(parameter)) != 0;
}

std::vector<Parameter> parameters_of(const Mechanism& mechanism) {
    std::vector<Parameter> all;
    for (const ParameterRow& row : parameters)
        if (takes(mechanism, row.parameter)) all.push_back(row.parameter);
    return all;
}

bool is_public(const Mechanism& mechanism, CryptoOperation action) {
    return scheme_of(mechanism).asymmetric && row_of(action).needs_public_half;
}

bool failure_is_an_oracle(const Mechanism& mechanism) {
    return scheme_of(mechanism).oracle;
}

MechanismList default_mechanisms(keys::Algorithm algorithm) {
    return names_where([=](const Mechanism& row) { return row.algorithm == algorithm && row.by_default; });
}

MechanismList mechanisms_for(keys::Algorithm algorithm) {
    return names_where([=](const Mechanism& row) { return row.algorithm == algorithm; });
}

KeyUsages uses_of(keys::Algorithm algorithm, const MechanismList& mechanisms) {
    KeyUsages uses;
    for (const Mechanism& row : mechanism_rows)
        if (row.algorithm == algorithm && std::ranges::find(mechanisms, row.name) != mechanisms.end())
            uses.insert(use_of(row));
    return uses;
}

}  // namespace keyward
