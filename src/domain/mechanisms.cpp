#include "domain/mechanisms.hpp"

#include <algorithm>
#include <array>

namespace keyward {
namespace {

using enum keys::Algorithm;
using enum Digest;
constexpr bool by_default = true;
constexpr bool on_request = false;
constexpr bool current = false;
constexpr bool legacy = true;

constexpr std::array table{
    Mechanism{"AES-GCM",
              aes,
              Scheme::gcm,
              {},
              12,
              by_default,
              current,
              "IV of 12 octets, made by the service unless sent; at most 2^32 encryptions a key with made "
              "IVs (NIST SP 800-38D 8.3); tag of 16 octets",
              "PKCS#11 3.0 section AES-GCM, NIST SP 800-38D"},
    Mechanism{"AES-CBC-PAD",
              aes,
              Scheme::cbc_pad,
              {},
              16,
              on_request,
              current,
              "IV of 16 octets, made by the service unless sent; not authenticated: whether a decryption "
              "succeeds is an oracle",
              "PKCS#11 3.0 section AES-CBC with PKCS padding, NIST SP 800-38A, PKCS#7 padding"},
    Mechanism{"AES-CTR",
              aes,
              Scheme::ctr,
              {},
              16,
              on_request,
              current,
              "counter block of 16 octets, made by the service unless sent; not authenticated",
              "PKCS#11 3.0 section AES with Counter, NIST SP 800-38A"},
    Mechanism{"AES-ECB",
              aes,
              Scheme::ecb,
              {},
              0,
              on_request,
              legacy,
              "whole blocks of 16 octets; equal blocks show",
              "PKCS#11 3.0 section AES-ECB, NIST SP 800-38A"},
    Mechanism{"AES-CMAC",
              aes,
              Scheme::mac,
              {},
              0,
              on_request,
              current,
              "MAC of 16 octets",
              "PKCS#11 3.0 section AES CMAC, NIST SP 800-38B"},
    Mechanism{"DES-CBC-PAD",
              des,
              Scheme::cbc_pad,
              {},
              8,
              by_default,
              legacy,
              "IV of 8 octets, made by the service unless sent; 56 bits can be searched through",
              "PKCS#11 3.0 section Double and Triple-length DES, FIPS 46-3"},
    Mechanism{"DES3-CBC-PAD",
              desede,
              Scheme::cbc_pad,
              {},
              8,
              by_default,
              legacy,
              "IV of 8 octets, made by the service unless sent; at most 2^20 blocks a key (NIST SP 800-67)",
              "PKCS#11 3.0 section Double and Triple-length DES, NIST SP 800-67"},
    Mechanism{"SHA-1-HMAC", hmac, Scheme::mac, sha1, 0, by_default, current, "MAC of 20 octets",
              "PKCS#11 3.0 section SHA-1-HMAC, RFC 2104, FIPS 198-1"},
    Mechanism{"SHA224-HMAC", hmac, Scheme::mac, sha224, 0, by_default, current, "MAC of 28 octets",
              "PKCS#11 3.0 section SHA-224-HMAC, FIPS 198-1"},
    Mechanism{"SHA256-HMAC", hmac, Scheme::mac, sha256, 0, by_default, current, "MAC of 32 octets",
              "PKCS#11 3.0 section SHA-256-HMAC, FIPS 198-1"},
    Mechanism{"SHA384-HMAC", hmac, Scheme::mac, sha384, 0, by_default, current, "MAC of 48 octets",
              "PKCS#11 3.0 section SHA-384, FIPS 198-1"},
    Mechanism{"SHA512-HMAC", hmac, Scheme::mac, sha512, 0, by_default, current, "MAC of 64 octets",
              "PKCS#11 3.0 section SHA-512, FIPS 198-1"},
    Mechanism{"SHA256-RSA-PKCS", rsa, Scheme::rsa_pkcs1_signature, sha256, 0, by_default, current,
              "signature as long as the modulus", "PKCS#11 3.0 section PKCS #1 v1.5 RSA, RFC 8017 8.2"},
    Mechanism{"SHA384-RSA-PKCS", rsa, Scheme::rsa_pkcs1_signature, sha384, 0, by_default, current,
              "signature as long as the modulus", "PKCS#11 3.0 section PKCS #1 v1.5 RSA, RFC 8017 8.2"},
    Mechanism{"SHA512-RSA-PKCS", rsa, Scheme::rsa_pkcs1_signature, sha512, 0, by_default, current,
              "signature as long as the modulus", "PKCS#11 3.0 section PKCS #1 v1.5 RSA, RFC 8017 8.2"},
    Mechanism{"SHA256-RSA-PKCS-PSS", rsa, Scheme::rsa_pss, sha256, 0, by_default, current,
              "signature as long as the modulus; MGF1 with the same hash, salt of 32 octets",
              "PKCS#11 3.0 section PKCS #1 RSA PSS, RFC 8017 8.1"},
    Mechanism{"SHA384-RSA-PKCS-PSS", rsa, Scheme::rsa_pss, sha384, 0, by_default, current,
              "signature as long as the modulus; MGF1 with the same hash, salt of 48 octets",
              "PKCS#11 3.0 section PKCS #1 RSA PSS, RFC 8017 8.1"},
    Mechanism{"SHA512-RSA-PKCS-PSS", rsa, Scheme::rsa_pss, sha512, 0, by_default, current,
              "signature as long as the modulus; MGF1 with the same hash, salt of 64 octets",
              "PKCS#11 3.0 section PKCS #1 RSA PSS, RFC 8017 8.1"},
    Mechanism{"RSA-PKCS-OAEP",
              rsa,
              Scheme::rsa_oaep,
              {},
              0,
              by_default,
              current,
              "input of at most the modulus less two hashes and 2 octets; MGF1 with the same hash, no label",
              "PKCS#11 3.0 section PKCS #1 RSA OAEP, RFC 8017 7.1"},
    Mechanism{"RSA-PKCS",
              rsa,
              Scheme::rsa_pkcs1_cipher,
              {},
              0,
              on_request,
              legacy,
              "input of at most the modulus less 11 octets; whether a decryption succeeds is an oracle",
              "PKCS#11 3.0 section PKCS #1 v1.5 RSA, RFC 8017 7.2"},
    Mechanism{"ECDSA-SHA256", ec, Scheme::ecdsa, sha256, 0, by_default, current,
              "signature in DER, or r and s one behind the other (raw)",
              "PKCS#11 3.0 section ECDSA, FIPS 186-5"},
    Mechanism{"ECDSA-SHA384", ec, Scheme::ecdsa, sha384, 0, by_default, current,
              "signature in DER, or r and s one behind the other (raw)",
              "PKCS#11 3.0 section ECDSA, FIPS 186-5"},
    Mechanism{"ECDSA-SHA512", ec, Scheme::ecdsa, sha512, 0, by_default, current,
              "signature in DER, or r and s one behind the other (raw)",
              "PKCS#11 3.0 section ECDSA, FIPS 186-5"},
    Mechanism{"EDDSA",
              ed25519,
              Scheme::eddsa,
              {},
              0,
              by_default,
              current,
              "signature of 64 octets; over the message alone, not over a digest",
              "PKCS#11 3.0 section EdDSA, RFC 8032"},
};

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
    for (const Mechanism& row : table)
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
    return table;
}

const Mechanism* find_mechanism(std::string_view name) {
    const auto* const row = std::ranges::find(table, name, &Mechanism::name);
    return row == table.end() ? nullptr : row;
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
    for (const Mechanism& row : table)
        if (row.algorithm == algorithm && std::ranges::find(mechanisms, row.name) != mechanisms.end())
            uses.insert(use_of(row));
    return uses;
}

}  // namespace keyward
