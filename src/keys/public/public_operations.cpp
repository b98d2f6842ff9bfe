#include "keys/public/public_operations.hpp"

#include <stdexcept>

#include <openssl/rsa.h>

#include "crypto/openssl_digest.hpp"
#include "keys/decode/pem.hpp"
#include "keys/decode/public_key.hpp"
#include "keys/ec_curve.hpp"
#include "keys/public/ecdsa_signature.hpp"
#include "keys/public/openssl_public_key.hpp"

namespace keyward::keys {
namespace {

template <typename Key>
PkeyCtxPtr context_for(const Key& key) {
    // The context holds its own reference to the key.
    return made(PkeyCtxPtr(EVP_PKEY_CTX_new(openssl_public_key(key).get(), nullptr)));
}

/// An RSA signature must have the length of the modulus; OpenSSL does not check that for PSS (RFC 8017
/// section 8.1.2 step 1).
bool verifies_rsa(const RsaPublicKey& key, int padding, Digest digest, ByteView value, ByteView signature) {
    if (signature.size() != key.modulus.size()) return false;
    const QuietErrors quiet;
    const PkeyCtxPtr context = context_for(key);
    require(EVP_PKEY_verify_init(context.get()) == 1);
    require(EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1);
    require(EVP_PKEY_CTX_set_signature_md(context.get(), openssl_digest(digest)) == 1);
    if (padding == RSA_PKCS1_PSS_PADDING)
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
    return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), value.data(), value.size()) ==
           1;
}

PkeyCtxPtr encryption_for(const RsaPublicKey& key, int padding) {
    PkeyCtxPtr context = context_for(key);
    require(EVP_PKEY_encrypt_init(context.get()) == 1);
    require(EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1);
    return context;
}

Bytes encrypt(EVP_PKEY_CTX& context, std::size_t size, ByteView message) {
    Bytes ciphertext(size);
    require(EVP_PKEY_encrypt(&context, ciphertext.data(), &size, message.data(), message.size()) == 1);
    ciphertext.resize(size);
    return ciphertext;
}

std::size_t less_padding(int modulus_bits, std::size_t padding) {
    const auto modulus = static_cast<std::size_t>((modulus_bits + 7) / 8);
    return modulus > padding ? modulus - padding : 0;
}

}  // namespace

PublicKey public_key_from_pem(const std::string& pem) {
    try {
        const std::vector<PemBlock> blocks = pem_blocks(pem);
        if (blocks.size() != 1 || blocks.front().label != "PUBLIC KEY")
            throw KeyFormatError("is not one block of PUBLIC KEY");
        return decode_public_key(octets_of_block(blocks.front()).reveal(), DerKind::spki,
                                 {.rsa_min_bits = 0, .legacy_mechanisms = false});
    } catch (const KeyFormatError& refusal) {
        throw std::runtime_error("The public key that was stored " + std::string(refusal.what()));
    }
}

bool verifies_rsa_pkcs1(const RsaPublicKey& key, Digest digest, ByteView value, ByteView signature) {
    return verifies_rsa(key, RSA_PKCS1_PADDING, digest, value, signature);
}

bool verifies_rsa_pss(const RsaPublicKey& key, Digest digest, ByteView value, ByteView signature) {
    return verifies_rsa(key, RSA_PKCS1_PSS_PADDING, digest, value, signature);
}

bool verifies_ecdsa(const EcPublicKey& key, ByteView digest, ByteView signature) {
    if (signature.size() != 2 * facts_of(key.curve).order_bytes) return false;
    const QuietErrors quiet;
    const Bytes der = ecdsa_der_from_raw(signature);
    const PkeyCtxPtr context = context_for(key);
    require(EVP_PKEY_verify_init(context.get()) == 1);
    return EVP_PKEY_verify(context.get(), der.data(), der.size(), digest.data(), digest.size()) == 1;
}

bool verifies_ed25519(const Ed25519PublicKey& key, ByteView message, ByteView signature) {
    const QuietErrors quiet;
    const PkeyPtr handle = openssl_public_key(key);
    const DigestCtxPtr context = made(DigestCtxPtr(EVP_MD_CTX_new()));
    require(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1);
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

Bytes encrypt_rsa_oaep(const RsaPublicKey& key, Digest hash, ByteView message) {
    const QuietErrors quiet;
    const PkeyCtxPtr context = encryption_for(key, RSA_PKCS1_OAEP_PADDING);
    require(EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), openssl_digest(hash)) == 1);
    return encrypt(*context, key.modulus.size(), message);
}

Bytes encrypt_rsa_pkcs1(const RsaPublicKey& key, ByteView message) {
    const QuietErrors quiet;
    return encrypt(*encryption_for(key, RSA_PKCS1_PADDING), key.modulus.size(), message);
}

std::size_t longest_oaep_message(int modulus_bits, Digest hash) {
    return less_padding(modulus_bits, 2 * size_of(hash) + 2);
}

std::size_t longest_pkcs1_message(int modulus_bits) {
    return less_padding(modulus_bits, 11);
}

}  // namespace keyward::keys
