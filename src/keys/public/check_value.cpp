#include <algorithm>
#include <array>
#include <string>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include "crypto/openssl_ptr.hpp"
#include "keys/public/fingerprint.hpp"

namespace keyward::keys {
namespace {

constexpr std::size_t check_value_octets = 3;

/// OpenSSL's name of the cipher in ECB mode.
const char* cipher_name(const SecretKey& key) {
    if (key.algorithm == Algorithm::des) return "DES-ECB";
    if (key.algorithm == Algorithm::desede) return "DES-EDE3-ECB";
    return key.octets.size() == 16 ? "AES-128-ECB" : key.octets.size() == 24 ? "AES-192-ECB" : "AES-256-ECB";
}

/// The encryption of a block of zeros; empty when no loaded provider has the cipher.
Bytes encrypted_zeros(const SecretKey& key) {
    static constexpr std::array<std::uint8_t, 16> zeros{};
    const CipherPtr cipher(EVP_CIPHER_fetch(nullptr, cipher_name(key), nullptr));
    if (!cipher) return {};
    const CipherCtxPtr context = made(CipherCtxPtr(EVP_CIPHER_CTX_new()));
    require(EVP_EncryptInit_ex2(context.get(), cipher.get(), key.octets.reveal().data(), nullptr, nullptr) ==
            1);
    Bytes block(zeros.size());
    int length = 0;
    require(EVP_EncryptUpdate(context.get(), block.data(), &length, zeros.data(),
                              EVP_CIPHER_get_block_size(cipher.get())) == 1);
    return block;
}

Bytes hmac_of_nothing(const SecretKey& key) {
    Bytes mac(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    require(HMAC(EVP_sha256(), key.octets.reveal().data(), static_cast<int>(key.octets.size()), mac.data(), 0,
                 mac.data(), &length) != nullptr);
    return mac;
}

}  // namespace

std::string key_check_value(const SecretKey& key) {
    const QuietErrors quiet;
    const Bytes octets = key.algorithm == Algorithm::hmac ? hmac_of_nothing(key) : encrypted_zeros(key);
    return check_value_text(octets);
}

std::string check_value_text(ByteView octets) {
    std::string hex = to_hex(octets.first(std::min(octets.size(), check_value_octets)));
    for (char& digit : hex)
        if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
    return hex;
}

}  // namespace keyward::keys
