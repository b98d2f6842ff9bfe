#include "keys/proof.hpp"

#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "keys/ec_curve.hpp"
#include "keys/openssl_public_key.hpp"

namespace keyward::keys {
namespace {

bool verifies_message(EVP_PKEY& key, const EVP_MD* digest, ByteView message, ByteView signature) {
    const DigestCtxPtr context = made(DigestCtxPtr(EVP_MD_CTX_new()));
    require(EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, &key) == 1);
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

Bytes encrypt_rsa(const RsaPublicKey& key, int padding, ByteView message) {
    const QuietErrors quiet;
    const PkeyPtr handle = openssl_public_key(key);
    const PkeyCtxPtr context = made(PkeyCtxPtr(EVP_PKEY_CTX_new(handle.get(), nullptr)));
    require(EVP_PKEY_encrypt_init(context.get()) == 1);
    require(EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1);
    Bytes ciphertext(key.modulus.size());
    std::size_t size = ciphertext.size();
    require(EVP_PKEY_encrypt(context.get(), ciphertext.data(), &size, message.data(), message.size()) == 1);
    ciphertext.resize(size);
    return ciphertext;
}

/// ECDSA-Sig-Value (RFC 3279 section 2.2.3) of r ‖ s.
Bytes der_of_signature(ByteView r, ByteView s) {
    const EcdsaSigPtr signature = made(EcdsaSigPtr(ECDSA_SIG_new()));
    require(ECDSA_SIG_set0(signature.get(), number_from(r).release(), number_from(s).release()) == 1);
    Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
    unsigned char* out = der.data();
    i2d_ECDSA_SIG(signature.get(), &out);
    return der;
}

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
    const QuietErrors quiet;
    return verifies_message(*openssl_public_key(key), EVP_sha256(), message, signature);
}

bool verifies_ed25519(const Ed25519PublicKey& key, ByteView message, ByteView signature) {
    const QuietErrors quiet;
    return verifies_message(*openssl_public_key(key), nullptr, message, signature);
}

bool verifies_ecdsa(const EcPublicKey& key, ByteView digest, ByteView signature) {
    const std::size_t half = facts_of(key.curve).order_bytes;
    if (signature.size() != 2 * half) return false;
    const QuietErrors quiet;
    const Bytes der = der_of_signature(signature.first(half), signature.last(half));
    const PkeyPtr handle = openssl_public_key(key);
    const PkeyCtxPtr context = made(PkeyCtxPtr(EVP_PKEY_CTX_new(handle.get(), nullptr)));
    require(EVP_PKEY_verify_init(context.get()) == 1);
    return EVP_PKEY_verify(context.get(), der.data(), der.size(), digest.data(), digest.size()) == 1;
}

Bytes encrypt_oaep_sha1(const RsaPublicKey& key, ByteView message) {
    return encrypt_rsa(key, RSA_PKCS1_OAEP_PADDING, message);
}

Bytes encrypt_rsa_pkcs1(const RsaPublicKey& key, ByteView message) {
    return encrypt_rsa(key, RSA_PKCS1_PADDING, message);
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
