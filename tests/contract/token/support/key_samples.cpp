#include "tests/contract/token/support/key_samples.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/ids.hpp"

namespace keyward::tests {
namespace {

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

enum class Family { secret, rsa, ec, ed25519 };

struct Row {
    Kind kind;
    std::string_view name;
    Family family;
    keys::Algorithm algorithm;
    std::size_t size;  ///< length of a secret key in octets
    keys::Curve curve;
    const char* group;  ///< OpenSSL's name of the curve
    bool public_alone;
};

using enum keys::Algorithm;
constexpr auto none = keys::Curve::p256;
constexpr std::array rows{
    Row{Kind::aes128, "Aes128", Family::secret, aes, 16, none, nullptr, false},
    Row{Kind::aes192, "Aes192", Family::secret, aes, 24, none, nullptr, false},
    Row{Kind::aes256, "Aes256", Family::secret, aes, 32, none, nullptr, false},
    Row{Kind::des, "Des", Family::secret, des, 8, none, nullptr, false},
    Row{Kind::desede, "Desede", Family::secret, desede, 24, none, nullptr, false},
    Row{Kind::hmac16, "Hmac16", Family::secret, hmac, 16, none, nullptr, false},
    Row{Kind::hmac64, "Hmac64", Family::secret, hmac, 64, none, nullptr, false},
    Row{Kind::hmac200, "Hmac200", Family::secret, hmac, 200, none, nullptr, false},
    Row{Kind::rsa, "Rsa2048", Family::rsa, rsa, 0, none, nullptr, false},
    Row{Kind::p256, "P256", Family::ec, ec, 0, keys::Curve::p256, "P-256", false},
    Row{Kind::p384, "P384", Family::ec, ec, 0, keys::Curve::p384, "P-384", false},
    Row{Kind::p521, "P521", Family::ec, ec, 0, keys::Curve::p521, "P-521", false},
    Row{Kind::secp256k1, "Secp256k1", Family::ec, ec, 0, keys::Curve::secp256k1, "secp256k1", false},
    Row{Kind::ed25519, "Ed25519", Family::ed25519, ed25519, 0, none, nullptr, false},
    Row{Kind::rsa_public, "Rsa2048Public", Family::rsa, rsa, 0, none, nullptr, true},
    Row{Kind::p256_public, "P256Public", Family::ec, ec, 0, keys::Curve::p256, "P-256", true},
    Row{Kind::p384_public, "P384Public", Family::ec, ec, 0, keys::Curve::p384, "P-384", true},
    Row{Kind::p521_public, "P521Public", Family::ec, ec, 0, keys::Curve::p521, "P-521", true},
    Row{Kind::secp256k1_public, "Secp256k1Public", Family::ec, ec, 0, keys::Curve::secp256k1, "secp256k1",
        true},
    Row{Kind::ed25519_public, "Ed25519Public", Family::ed25519, ed25519, 0, none, nullptr, true},
};

const Row& row_of(Kind kind) {
    return *std::ranges::find(rows, kind, &Row::kind);
}

Bytes number(const EVP_PKEY* key, const char* name, int size = 0) {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &value) != 1) throw std::runtime_error(std::string("no ") + name);
    Bytes octets(static_cast<std::size_t>(size == 0 ? BN_num_bytes(value) : size));
    BN_bn2binpad(value, octets.data(), static_cast<int>(octets.size()));
    BN_clear_free(value);
    return octets;
}

SecretBytes secret_number(const EVP_PKEY* key, const char* name, int size = 0) {
    return SecretBytes::copy_of(number(key, name, size));
}

Pkey made(EVP_PKEY* key) {
    if (key == nullptr) throw std::runtime_error("OpenSSL can't make a key");
    return {key, &EVP_PKEY_free};
}

Pkey fresh_rsa() {
    return made(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
}

keys::RsaPrivateKey material_of(const Pkey& key) {
    return {{number(key.get(), OSSL_PKEY_PARAM_RSA_N), number(key.get(), OSSL_PKEY_PARAM_RSA_E)},
            secret_number(key.get(), OSSL_PKEY_PARAM_RSA_D),
            secret_number(key.get(), OSSL_PKEY_PARAM_RSA_FACTOR1),
            secret_number(key.get(), OSSL_PKEY_PARAM_RSA_FACTOR2),
            secret_number(key.get(), OSSL_PKEY_PARAM_RSA_EXPONENT1),
            secret_number(key.get(), OSSL_PKEY_PARAM_RSA_EXPONENT2),
            secret_number(key.get(), OSSL_PKEY_PARAM_RSA_COEFFICIENT1)};
}

keys::RsaPrivateKey make_rsa() {
    static const Pkey key = fresh_rsa();
    return material_of(key);
}

keys::EcPrivateKey make_ec(const Row& row) {
    const Pkey key = made(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", row.group));
    const int size = (EVP_PKEY_get_bits(key.get()) + 7) / 8;
    Bytes point{0x04};
    for (const char* name : {OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y}) {
        const Bytes coordinate = number(key.get(), name, size);
        point.insert(point.end(), coordinate.begin(), coordinate.end());
    }
    return {{row.curve, point}, secret_number(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, size)};
}

keys::Ed25519PrivateKey make_ed25519() {
    const Pkey key = made(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    Bytes point(32);
    SecretBytes seed(32);
    std::size_t size = 32;
    EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size);
    EVP_PKEY_get_raw_private_key(key.get(), seed.writable().data(), &size);
    return {{point}, std::move(seed)};
}

// The lowest bit of each DES octet makes its parity odd (FIPS 46-3).
void set_parity(std::span<std::uint8_t> octets) {
    for (std::uint8_t& octet : octets)
        octet = static_cast<std::uint8_t>(
            (octet & 0xFE) | (std::popcount(static_cast<unsigned>(octet & 0xFE)) % 2 == 0 ? 1 : 0));
}

keys::SecretKey make_secret(const Row& row) {
    SecretBytes octets = random_secret(row.size);
    if (row.algorithm == des || row.algorithm == desede) set_parity(octets.writable());
    return {row.algorithm, std::move(octets)};
}

/// The output of an i2d function of OpenSSL.
template <typename Encode>
Bytes der_of(const Encode& encode) {
    Bytes octets(static_cast<std::size_t>(encode(nullptr)));
    unsigned char* out = octets.data();
    encode(&out);
    return octets;
}

}  // namespace

const std::vector<Kind>& all_kinds() {
    static const std::vector<Kind> kinds = [] {
        std::vector<Kind> all;
        for (const Row& row : rows)
            all.push_back(row.kind);
        return all;
    }();
    return kinds;
}

std::string name_of(Kind kind) {
    return std::string(row_of(kind).name);
}

keys::KeyMaterial make_key(Kind kind) {
    const Row& row = row_of(kind);
    switch (row.family) {
        case Family::secret:
            return make_secret(row);
        case Family::rsa:
            if (row.public_alone) return make_rsa().public_key;
            return make_rsa();
        case Family::ec:
            if (row.public_alone) return make_ec(row).public_key;
            return make_ec(row);
        case Family::ed25519:
            if (row.public_alone) return make_ed25519().public_key;
            return make_ed25519();
    }
    throw std::logic_error("no such kind of key");
}

keys::KeyMaterial make_other_key(Kind kind) {
    if (row_of(kind).family != Family::rsa) return make_key(kind);
    static const Pkey key = fresh_rsa();
    return material_of(key);
}

Certificate make_certificate() {
    const Pkey key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), &X509_free);
    X509_NAME* const name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("theirs"), -1,
                               -1, 0);
    X509_set_issuer_name(x509.get(), name);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), key.get());
    if (X509_sign(x509.get(), key.get(), EVP_sha256()) <= 0)
        throw std::runtime_error("OpenSSL makes no certificate");
    return {der_of([&](unsigned char** out) { return i2d_X509(x509.get(), out); }),
            der_of([&](unsigned char** out) { return i2d_X509_NAME(name, out); })};
}

std::vector<KeyUsages> uses_for(Kind kind) {
    switch (row_of(kind).algorithm) {
        case aes:
        case rsa:
            return {{KeyUsage::encrypt_decrypt},
                    {KeyUsage::sign_verify},
                    {KeyUsage::encrypt_decrypt, KeyUsage::sign_verify}};
        case des:
        case desede:
            return {{KeyUsage::encrypt_decrypt}};
        case hmac:
        case ec:
        case ed25519:
            return {{KeyUsage::sign_verify}};
    }
    return {};
}

keys::Algorithm algorithm_of(Kind kind) {
    return row_of(kind).algorithm;
}
bool is_public_alone(Kind kind) {
    return row_of(kind).public_alone;
}
bool is_secret(Kind kind) {
    return row_of(kind).family == Family::secret;
}
std::size_t objects_of(Kind kind) {
    return is_secret(kind) || is_public_alone(kind) ? 1 : 2;
}

}  // namespace keyward::tests
