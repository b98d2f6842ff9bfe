#include "tests/crash/support/materials.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"

namespace keyward::e2e {
namespace {

constexpr int pool_size = 5;
constexpr std::array<std::size_t, 3> aes_sizes{16, 24, 32};
// The first two are padded where the token refuses keys shorter than a digest.
constexpr std::array<std::size_t, 4> hmac_sizes{16, 20, 64, 200};

template <typename Value, typename Encode>
std::string der_of(const Value* value, Encode encode) {
    unsigned char* octets = nullptr;
    const int size = encode(value, &octets);
    if (size <= 0) throw std::runtime_error("OpenSSL can't encode a key");
    std::string der(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
    OPENSSL_free(octets);
    return der;
}

Material material_of(EVP_PKEY* made) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(made, EVP_PKEY_free);
    if (!key) throw std::runtime_error("OpenSSL can't make a key");
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
        EVP_PKEY2PKCS8(key.get()), PKCS8_PRIV_KEY_INFO_free);
    return {base64(der_of(info.get(), i2d_PKCS8_PRIV_KEY_INFO)), sha256_of(der_of(key.get(), i2d_PUBKEY))};
}

}  // namespace

const KindWords& words_of(Kind kind) {
    static const std::map<Kind, KindWords> words{
        {Kind::aes, {"SECRET_KEY", "AES", "keyCheckValue", false}},
        {Kind::hmac, {"SECRET_KEY", "HMAC", "keyCheckValue", false}},
        {Kind::rsa, {"PRIVATE_KEY", "RSA", "publicKeySha256", true}},
        {Kind::ec, {"PRIVATE_KEY", "EC", "publicKeySha256", true}},
    };
    return words.at(kind);
}

Materials::Materials() {
    for (int i = 0; i < pool_size; ++i) {
        pools_[Kind::rsa].push_back(material_of(EVP_RSA_gen(2048)));
        pools_[Kind::ec].push_back(material_of(EVP_EC_gen("P-256")));
    }
}

Material Materials::any(Kind kind, std::mt19937& random) const {
    switch (kind) {
        case Kind::aes: {
            const std::string key = random_octets(one_of(aes_sizes, random));
            return {base64(key), cipher_check_value(key)};
        }
        case Kind::hmac: {
            const std::string key = random_octets(one_of(hmac_sizes, random));
            return {base64(key), hmac_check_value(key)};
        }
        case Kind::rsa:
        case Kind::ec:
            break;
    }
    return one_of(pools_.at(kind), random);
}

Material Materials::other_than(const std::string& fingerprint, Kind kind, std::mt19937& random) const {
    while (true) {
        Material material = any(kind, random);
        if (material.fingerprint != fingerprint) return material;
    }
}

}  // namespace keyward::e2e
