#include "keys/public/proof.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "crypto/mac.hpp"
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

const char* ecb_cipher(const SecretKey& key) {
    if (key.algorithm != Algorithm::aes) return "DES-EDE3-ECB";
    return key.octets.size() == 16 ? "AES-128-ECB" : key.octets.size() == 24 ? "AES-192-ECB" : "AES-256-ECB";
}

/// OpenSSL has single DES only in its legacy provider. DESede with the same key three times equals DES (NIST
/// SP 800-67 section 3.2).
SecretBytes cipher_key(const SecretKey& key) {
    if (key.algorithm != Algorithm::des) return key.octets.clone();
    SecretBytes triple(3 * key.octets.size());
    auto out = triple.writable().begin();
    for (int i = 0; i < 3; ++i)
        out = std::ranges::copy(key.octets.reveal(), out).out;
    return triple;
}

}  // namespace

bool verifies_rsa_sha256(const RsaPublicKey& key, ByteView message, ByteView signature) {
    return verifies_rsa_pkcs1(key, Digest::sha256, digest_of(Digest::sha256, message), signature);
}

Bytes encrypt_oaep_sha1(const RsaPublicKey& key, ByteView message) {
    return encrypt_rsa_oaep(key, Digest::sha1, message);
}

Bytes aes_cmac(ByteView key, ByteView message) {
    return mac_of("CMAC", cmac_cipher(key), key, message);
}

Bytes hmac_of_nothing(const SecretKey& key) {
    return mac_of("HMAC", "SHA256", key.octets.reveal(), {});
}

Bytes encrypted_zero_block(const SecretKey& key) {
    static constexpr std::array<std::uint8_t, 16> zeros{};
    const QuietErrors quiet;
    const CipherPtr cipher(EVP_CIPHER_fetch(nullptr, ecb_cipher(key), nullptr));
    require(cipher != nullptr);
    const CipherCtxPtr context = made(CipherCtxPtr(EVP_CIPHER_CTX_new()));
    const SecretBytes octets = cipher_key(key);
    Bytes block(static_cast<std::size_t>(EVP_CIPHER_get_block_size(cipher.get())));
    int length = 0;
    require(EVP_EncryptInit_ex2(context.get(), cipher.get(), octets.reveal().data(), nullptr, nullptr) == 1);
    require(EVP_EncryptUpdate(context.get(), block.data(), &length, zeros.data(),
                              static_cast<int>(block.size())) == 1);
    return block;
}

}  // namespace keyward::keys
