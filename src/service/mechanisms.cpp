#include "service/mechanisms.hpp"

#include <algorithm>
#include <array>

namespace keyward::service {
namespace {

using enum keys::Algorithm;
constexpr Use cipher = Use::cipher;
constexpr Use signature = Use::signature;
constexpr bool by_default = true;
constexpr bool on_request = false;
constexpr bool current = false;
constexpr bool legacy = true;

constexpr std::array table{
    Mechanism{"AES-GCM", aes, cipher, by_default, current, "PKCS#11 3.0 2.13.3, NIST SP 800-38D"},
    Mechanism{"AES-CBC-PAD", aes, cipher, on_request, current,
              "PKCS#11 3.0 2.11.5, NIST SP 800-38A, PKCS#7 padding"},
    Mechanism{"AES-CTR", aes, cipher, on_request, current, "PKCS#11 3.0 2.12.3, NIST SP 800-38A"},
    Mechanism{"AES-ECB", aes, cipher, on_request, legacy, "PKCS#11 3.0 2.11.3, NIST SP 800-38A"},
    Mechanism{"AES-CMAC", aes, signature, on_request, current, "PKCS#11 3.0 2.16.3, NIST SP 800-38B"},
    Mechanism{"DES-CBC-PAD", des, cipher, by_default, legacy, "PKCS#11 3.0 2.18, FIPS 46-3"},
    Mechanism{"DES3-CBC-PAD", desede, cipher, by_default, legacy, "PKCS#11 3.0 2.18, NIST SP 800-67"},
    Mechanism{"SHA-1-HMAC", hmac, signature, by_default, current, "PKCS#11 3.0 2.20.3, RFC 2104, FIPS 198-1"},
    Mechanism{"SHA224-HMAC", hmac, signature, by_default, current, "PKCS#11 3.0 2.21.3, FIPS 198-1"},
    Mechanism{"SHA256-HMAC", hmac, signature, by_default, current, "PKCS#11 3.0 2.22.3, FIPS 198-1"},
    Mechanism{"SHA384-HMAC", hmac, signature, by_default, current, "PKCS#11 3.0 2.23, FIPS 198-1"},
    Mechanism{"SHA512-HMAC", hmac, signature, by_default, current, "PKCS#11 3.0 2.24, FIPS 198-1"},
    Mechanism{"SHA256-RSA-PKCS", rsa, signature, by_default, current, "PKCS#11 3.0 2.1.6, RFC 8017 8.2"},
    Mechanism{"SHA384-RSA-PKCS", rsa, signature, by_default, current, "PKCS#11 3.0 2.1.6, RFC 8017 8.2"},
    Mechanism{"SHA512-RSA-PKCS", rsa, signature, by_default, current, "PKCS#11 3.0 2.1.6, RFC 8017 8.2"},
    Mechanism{"SHA256-RSA-PKCS-PSS", rsa, signature, by_default, current, "PKCS#11 3.0 2.1.10, RFC 8017 8.1"},
    Mechanism{"SHA384-RSA-PKCS-PSS", rsa, signature, by_default, current, "PKCS#11 3.0 2.1.10, RFC 8017 8.1"},
    Mechanism{"SHA512-RSA-PKCS-PSS", rsa, signature, by_default, current, "PKCS#11 3.0 2.1.10, RFC 8017 8.1"},
    Mechanism{"RSA-PKCS-OAEP", rsa, cipher, by_default, current, "PKCS#11 3.0 2.1.8, RFC 8017 7.1"},
    Mechanism{"RSA-PKCS", rsa, cipher, on_request, legacy, "PKCS#11 3.0 2.1.6, RFC 8017 7.2"},
    Mechanism{"ECDSA-SHA256", ec, signature, by_default, current, "PKCS#11 3.0 2.3.6, FIPS 186-5"},
    Mechanism{"ECDSA-SHA384", ec, signature, by_default, current, "PKCS#11 3.0 2.3.6, FIPS 186-5"},
    Mechanism{"ECDSA-SHA512", ec, signature, by_default, current, "PKCS#11 3.0 2.3.6, FIPS 186-5"},
    Mechanism{"EDDSA", ed25519, signature, by_default, current, "PKCS#11 3.0 2.3.14, RFC 8032"},
};

template <typename Wanted>
MechanismList names_where(Wanted wanted) {
    MechanismList names;
    for (const Mechanism& row : table)
        if (wanted(row)) names.emplace_back(row.name);
    return names;
}

}  // namespace

std::span<const Mechanism> mechanism_table() {
    return table;
}

MechanismList default_mechanisms(keys::Algorithm algorithm) {
    return names_where([=](const Mechanism& row) { return row.algorithm == algorithm && row.by_default; });
}

MechanismList mechanisms_for(keys::Algorithm algorithm) {
    return names_where([=](const Mechanism& row) { return row.algorithm == algorithm; });
}

UseSet uses_of(keys::Algorithm algorithm, const MechanismList& mechanisms) {
    UseSet uses;
    for (const Mechanism& row : table)
        if (row.algorithm == algorithm && std::ranges::find(mechanisms, row.name) != mechanisms.end())
            uses.insert(row.use);
    return uses;
}

}  // namespace keyward::service
