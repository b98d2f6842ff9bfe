#include "hsm/cryptoki/output_length.hpp"

#include <algorithm>

namespace keyward::hsm {
namespace {

constexpr std::size_t cmac_size = 16;
constexpr std::size_t ed25519_signature_size = 64;
constexpr std::size_t longest_curve_signature = 160;
constexpr std::size_t longest_modulus = 16384 / 8;
constexpr std::size_t pkcs1_padding = 11;  // RFC 8017 section 7.2.1

std::size_t less(std::size_t whole, std::size_t share) {
    return whole > share ? whole - share : 0;
}

// A buffer of the ciphertext's length is always enough (PKCS#11 2.40 section 5.2), and SoftHSM2 requires it
// even for shorter results.
OutputLength opened(std::size_t ciphertext, std::size_t least, std::size_t most) {
    return {.room = ciphertext, .least = least, .most = most};
}

OutputLength cbc_pad(CryptoOperation action, std::size_t input, std::size_t block) {
    if (action == CryptoOperation::encrypt) return OutputLength::exactly((input / block + 1) * block);
    return opened(input, less(input, block), less(input, 1));
}

OutputLength rsa(CryptoOperation action, std::size_t modulus, std::size_t padding) {
    if (modulus == 0) return OutputLength::up_to(longest_modulus);
    if (action != CryptoOperation::decrypt) return OutputLength::exactly(modulus);
    return opened(modulus, 0, less(modulus, padding));
}

}  // namespace

bool depends_on_key(Scheme scheme) {
    switch (scheme) {
        case Scheme::ecdsa:
        case Scheme::rsa_pkcs1_signature:
        case Scheme::rsa_pss:
        case Scheme::rsa_oaep:
        case Scheme::rsa_pkcs1_cipher:
            return true;
        case Scheme::gcm:
        case Scheme::cbc_pad:
        case Scheme::ctr:
        case Scheme::ecb:
        case Scheme::mac:
        case Scheme::eddsa:
            break;
    }
    return false;
}

OutputLength output_length(CryptoOperation action, const CryptoRequest& operation, KeySizes key) {
    const Mechanism& mechanism = *operation.mechanism;
    const std::size_t input = operation.input.size();
    switch (mechanism.scheme) {
        case Scheme::gcm:
            if (action == CryptoOperation::encrypt) return OutputLength::exactly(input + gcm_tag_size);
            return opened(input, less(input, gcm_tag_size), less(input, gcm_tag_size));
        case Scheme::cbc_pad:
            return cbc_pad(action, input, mechanism.iv_size);
        case Scheme::ctr:
        case Scheme::ecb:
            return OutputLength::exactly(input);
        case Scheme::mac:
            return OutputLength::exactly(mechanism.digest ? size_of(*mechanism.digest) : cmac_size);
        case Scheme::ecdsa:
            if (key.order_bytes == 0) return OutputLength::up_to(longest_curve_signature);
            return OutputLength::exactly(2 * key.order_bytes);
        case Scheme::eddsa:
            return OutputLength::exactly(ed25519_signature_size);
        case Scheme::rsa_oaep:
            return rsa(action, key.modulus_bytes, 2 * size_of(operation.oaep_hash) + 2);
        case Scheme::rsa_pkcs1_signature:
        case Scheme::rsa_pss:
        case Scheme::rsa_pkcs1_cipher:
            break;
    }
    return rsa(action, key.modulus_bytes, pkcs1_padding);
}

}  // namespace keyward::hsm
