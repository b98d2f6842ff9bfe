#include <algorithm>
#include <string>

#include "crypto/openssl_ptr.hpp"
#include "keys/public/fingerprint.hpp"
#include "keys/public/proof.hpp"

namespace keyward::keys {
namespace {

constexpr std::size_t check_value_octets = 3;

/// The service promises no check value of single DES without the legacy provider, because a token may be
/// unable to use such a key then.
bool lacks_cipher(const SecretKey& key) {
    const QuietErrors quiet;
    return key.algorithm == Algorithm::des && !CipherPtr(EVP_CIPHER_fetch(nullptr, "DES-ECB", nullptr));
}

}  // namespace

std::string key_check_value(const SecretKey& key) {
    if (lacks_cipher(key)) return {};
    return check_value_text(key.algorithm == Algorithm::hmac ? hmac_of_nothing(key)
                                                             : encrypted_zero_block(key));
}

std::string check_value_text(ByteView octets) {
    std::string hex = to_hex(octets.first(std::min(octets.size(), check_value_octets)));
    for (char& digit : hex)
        if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
    return hex;
}

}  // namespace keyward::keys
