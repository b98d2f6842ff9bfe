#include "tests/crash/support/public_keys.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "tests/e2e/support/encodings.hpp"

namespace keyward::e2e {
namespace {

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

const unsigned char* octets_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Number number(const std::string& big_endian) {
    return {BN_bin2bn(octets_of(big_endian), static_cast<int>(big_endian.size()), nullptr), BN_free};
}

PublicKey key_from(const char* type, OSSL_PARAM_BLD* made) {
    const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(made, OSSL_PARAM_BLD_free);
    const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> values(
        OSSL_PARAM_BLD_to_param(builder.get()), OSSL_PARAM_free);
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, values.get()) != 1)
        key = nullptr;
    return {key, EVP_PKEY_free};
}

/// Converts r and s, concatenated, to the DER that OpenSSL reads; empty on failure.
std::string der_of(const std::string& raw) {
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> both(ECDSA_SIG_new(), ECDSA_SIG_free);
    Number r = number(raw.substr(0, raw.size() / 2));
    Number s = number(raw.substr(raw.size() / 2));
    if (ECDSA_SIG_set0(both.get(), r.release(), s.release()) != 1) return {};
    unsigned char* octets = nullptr;
    const int size = i2d_ECDSA_SIG(both.get(), &octets);
    if (size <= 0) return {};
    std::string der(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
    OPENSSL_free(octets);
    return der;
}

}  // namespace

PublicKey rsa_public_key(const std::string& modulus, const std::string& exponent) {
    const Number n = number(modulus);
    const Number e = number(exponent);
    OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e.get());
    return key_from("RSA", builder);
}

PublicKey p256_public_key(const std::string& ec_point) {
    constexpr std::size_t header = 2;
    constexpr std::size_t point = 65;
    if (ec_point.size() != header + point) return {nullptr, EVP_PKEY_free};
    OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, ec_point.data() + header, point);
    return key_from("EC", builder);
}

std::string fingerprint_of(const PublicKey& key) {
    if (!key) return {};
    unsigned char* octets = nullptr;
    const int size = i2d_PUBKEY(key.get(), &octets);
    if (size <= 0) return {};
    std::string sha256 = sha256_of({reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)});
    OPENSSL_free(octets);
    return sha256;
}

bool verifies(const PublicKey& key, const std::string& message, const std::string& signature) {
    if (!key) return false;
    const std::string form = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC ? der_of(signature) : signature;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), octets_of(form), form.size(), octets_of(message),
                            message.size()) == 1;
}

}  // namespace keyward::e2e
