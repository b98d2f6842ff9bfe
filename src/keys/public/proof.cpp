#include "keys/public/proof.hpp"

#include <stdexcept>

#include <openssl/core_names.h>

#include "crypto/openssl_ptr.hpp"

namespace keyward::keys {
namespace {

const char* cmac_cipher(ByteView key) {
    switch (key.size()) {
        case 16:
            return "AES-128-CBC";
        case 24:
            return "AES-192-CBC";
        case 32:
            return "AES-256-CBC";
        default:
            throw std::invalid_argument("an AES key has 16, 24 or 32 octets");
    }
}

}  // namespace

bool verifies_rsa_sha256(const RsaPublicKey& key, ByteView message, ByteView signature) {
    return verifies_rsa_pkcs1(key, Digest::sha256, digest_of(Digest::sha256, message), signature);
}

Bytes encrypt_oaep_sha1(const RsaPublicKey& key, ByteView message) {
    return encrypt_rsa_oaep(key, Digest::sha1, message);
}

Bytes aes_cmac(ByteView key, ByteView message) {
    const QuietErrors quiet;
    const MacPtr mac(EVP_MAC_fetch(nullptr, "CMAC", nullptr));
    require(mac != nullptr);
    const MacCtxPtr context = made(MacCtxPtr(EVP_MAC_CTX_new(mac.get())));
    const ParamBuildPtr builder = made(ParamBuildPtr(OSSL_PARAM_BLD_new()));
    require(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_MAC_PARAM_CIPHER, cmac_cipher(key), 0) == 1);
    const ParamsPtr parameters = made(ParamsPtr(OSSL_PARAM_BLD_to_param(builder.get())));
    Bytes tag(16);
    std::size_t size = 0;
    require(EVP_MAC_init(context.get(), key.data(), key.size(), parameters.get()) == 1);
    require(EVP_MAC_update(context.get(), message.data(), message.size()) == 1);
    require(EVP_MAC_final(context.get(), tag.data(), &size, tag.size()) == 1);
    return tag;
}

}  // namespace keyward::keys
