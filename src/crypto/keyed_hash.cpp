#include "crypto/keyed_hash.hpp"

#include <array>

#include <openssl/core_names.h>

#include "crypto/openssl_ptr.hpp"

namespace keyward {
namespace {

constexpr std::size_t hash_size = 32;

std::array<std::uint8_t, 8> big_endian(std::uint64_t number) {
    std::array<std::uint8_t, 8> octets{};
    for (std::size_t i = octets.size(); i-- > 0; number >>= 8U)
        octets.at(i) = static_cast<std::uint8_t>(number & 0xFFU);
    return octets;
}

}  // namespace

std::string keyed_hash(const SecretBytes& key, const std::vector<ByteView>& parts) {
    // Not mac_of: a part may be a request body with key material, which must not be copied into one message.
    const MacPtr mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    require(mac != nullptr);
    const MacCtxPtr context = made(MacCtxPtr(EVP_MAC_CTX_new(mac.get())));
    std::string digest = "SHA256";
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
        OSSL_PARAM_construct_end()};
    require(EVP_MAC_init(context.get(), key.reveal().data(), key.size(), parameters.data()) == 1);
    for (const ByteView part : parts) {
        const auto length = big_endian(part.size());
        require(EVP_MAC_update(context.get(), length.data(), length.size()) == 1);
        require(EVP_MAC_update(context.get(), part.data(), part.size()) == 1);
    }
    std::array<std::uint8_t, hash_size> hash{};
    std::size_t written = 0;
    require(EVP_MAC_final(context.get(), hash.data(), &written, hash.size()) == 1 && written == hash.size());
    return to_hex(hash);
}

}  // namespace keyward
