#include "keys/ed25519.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string>

#include <sodium.h>

#include "crypto/openssl_ptr.hpp"
#include "keys/key_format_error.hpp"

namespace keyward::keys {
namespace {

constexpr std::size_t key_size = crypto_core_ed25519_BYTES;

/// A point of edwards25519 as it is written: y, with the sign of x in its highest bit (RFC 8032
/// section 5.1.2).
using EdwardsPoint = std::array<std::uint8_t, key_size>;
constexpr EdwardsPoint neutral_point{1};

/// Nothing when a summand is not on the curve.
std::optional<EdwardsPoint> sum_of(const EdwardsPoint& left, const EdwardsPoint& right) {
    EdwardsPoint sum{};
    if (crypto_core_ed25519_add(sum.data(), left.data(), right.data()) != 0) return std::nullopt;
    return sum;
}

/// Whether these octets are how a point of the curve is written. libsodium also reads y ≥ p, and x = 0 with a
/// sign, but does not write them.
bool is_on_curve(const EdwardsPoint& point) {
    return sum_of(point, neutral_point) == point;
}

/// The order of a point of small order divides 8.
bool is_of_small_order(const EdwardsPoint& point) {
    EdwardsPoint multiple = point;
    for (int doublings = 0; doublings < 3; ++doublings)
        multiple = sum_of(multiple, multiple).value();
    return multiple == neutral_point;
}

[[noreturn]] void refuse(const EdwardsPoint& point) {
    if (!is_on_curve(point))
        throw KeyFormatError(
            "is an Ed25519 public key that is not a point of its curve: the key is damaged, export it again");
    if (is_of_small_order(point))
        throw KeyFormatError(
            "is an Ed25519 public key of small order, with which anyone can sign: make a new key");
    throw KeyFormatError(
        "is an Ed25519 public key that belongs to no private key: the key is damaged, export it again");
}

void require_size(ByteView octets, std::string_view what) {
    if (octets.size() != key_size)
        throw KeyFormatError("is an Ed25519 " + std::string(what) + " of " + std::to_string(octets.size()) +
                             " bytes, expected 32: the key is damaged, export it again");
}

}  // namespace

Ed25519PublicKey ed25519_public_key(ByteView octets) {
    require_size(octets, "public key");
    if (sodium_init() < 0) throw std::runtime_error("libsodium can't be initialised");
    EdwardsPoint point{};
    std::ranges::copy(octets, point.begin());
    if (crypto_core_ed25519_is_valid_point(point.data()) != 1) refuse(point);
    return {Bytes(octets.begin(), octets.end())};
}

Ed25519PrivateKey ed25519_private_key(ByteView seed) {
    require_size(seed, "private key");
    const PkeyPtr key =
        made(PkeyPtr(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())));
    Bytes point(key_size);
    std::size_t size = point.size();
    require(EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) == 1 && size == key_size);
    return {{std::move(point)}, SecretBytes::copy_of(seed)};
}

}  // namespace keyward::keys
