#include "base/ids.hpp"

#include <algorithm>
#include <stdexcept>

#include <openssl/rand.h>

namespace keyward {
namespace {

void fill_random(std::span<std::uint8_t> room) {
    if (RAND_priv_bytes(room.data(), static_cast<int>(room.size())) != 1)
        throw std::runtime_error("the random number generator failed");
}

}  // namespace

ObjectId ObjectId::random() {
    ObjectId id;
    fill_random(id.octets_);
    return id;
}

ObjectId ObjectId::from_hex(std::string_view hex) {
    const Bytes octets = keyward::from_hex(hex);
    if (octets.size() != size) throw std::invalid_argument("a CKA_ID of ours has 16 octets");
    ObjectId id;
    std::copy(octets.begin(), octets.end(), id.octets_.begin());
    return id;
}

std::string random_uuid() {
    std::array<std::uint8_t, 16> octets{};
    fill_random(octets);
    octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0F) | 0x40);
    octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3F) | 0x80);
    std::string text = to_hex(octets);
    for (const std::size_t dash : {8U, 13U, 18U, 23U})
        text.insert(dash, 1, '-');
    return text;
}

SecretBytes random_secret(std::size_t size) {
    SecretBytes secret(size);
    fill_random(secret.writable());
    return secret;
}

}  // namespace keyward
