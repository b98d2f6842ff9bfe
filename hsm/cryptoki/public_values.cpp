#include "hsm/cryptoki/public_values.hpp"

#include <algorithm>
#include <array>

namespace keyward::hsm {
namespace {

constexpr std::array<std::uint8_t, 10> p256{0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 7> p384{0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};
constexpr std::array<std::uint8_t, 7> p521{0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23};
constexpr std::array<std::uint8_t, 7> secp256k1{0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A};
constexpr std::array<std::uint8_t, 5> ed25519{0x06, 0x03, 0x2B, 0x65, 0x70};

constexpr std::uint8_t octet_string = 0x04;
constexpr std::size_t ed25519_point_size = 32;

struct CurveRow {
    keys::Curve curve;
    ByteView oid;
    std::size_t point_size;  ///< of the uncompressed point
};
constexpr std::array curves{CurveRow{keys::Curve::p256, p256, 65}, CurveRow{keys::Curve::p384, p384, 97},
                            CurveRow{keys::Curve::p521, p521, 133},
                            CurveRow{keys::Curve::secp256k1, secp256k1, 65}};

// Points of the supported curves are shorter than 256 octets, so the length takes one octet, or two from 128
// on (X.690 section 8.1.3).
Bytes der_header(std::size_t size) {
    if (size < 0x80) return {octet_string, static_cast<std::uint8_t>(size)};
    return {octet_string, 0x81, static_cast<std::uint8_t>(size)};
}

std::optional<Bytes> bare_point(ByteView point, std::size_t size) {
    const Bytes header = der_header(size);
    if (point.size() == header.size() + size && std::ranges::equal(point.first(header.size()), header))
        point = point.subspan(header.size());
    if (point.size() != size) return std::nullopt;
    return Bytes(point.begin(), point.end());
}

Bytes without_leading_zeros(ByteView number) {
    const auto first = std::ranges::find_if(number, [](std::uint8_t octet) { return octet != 0; });
    return {first, number.end()};
}

struct KeyTypeOf {
    CK_KEY_TYPE operator()(const keys::RsaPublicKey&) const { return CKK_RSA; }
    CK_KEY_TYPE operator()(const keys::EcPublicKey&) const { return CKK_EC; }
    CK_KEY_TYPE operator()(const keys::Ed25519PublicKey&) const { return CKK_EC_EDWARDS; }
};

}  // namespace

ByteView curve_oid(keys::Curve curve) {
    return std::ranges::find(curves, curve, &CurveRow::curve)->oid;
}

ByteView ed25519_oid() {
    return ed25519;
}

Bytes wrapped_point(ByteView point) {
    Bytes wrapped = der_header(point.size());
    wrapped.insert(wrapped.end(), point.begin(), point.end());
    return wrapped;
}

std::optional<keys::PublicKey> ec_public_key(ByteView params, ByteView point) {
    if (std::ranges::equal(params, ed25519)) {
        auto bare = bare_point(point, ed25519_point_size);
        if (!bare) return std::nullopt;
        return keys::Ed25519PublicKey{std::move(*bare)};
    }
    for (const CurveRow& row : curves) {
        if (!std::ranges::equal(params, row.oid)) continue;
        auto bare = bare_point(point, row.point_size);
        if (!bare) return std::nullopt;
        return keys::EcPublicKey{row.curve, std::move(*bare)};
    }
    return std::nullopt;
}

std::optional<keys::PublicKey> ec_key_without_point(ByteView params) {
    if (std::ranges::equal(params, ed25519)) return keys::Ed25519PublicKey{};
    for (const CurveRow& row : curves)
        if (std::ranges::equal(params, row.oid)) return keys::EcPublicKey{row.curve, {}};
    return std::nullopt;
}

keys::RsaPublicKey rsa_public_key(ByteView modulus, ByteView exponent) {
    return {without_leading_zeros(modulus), without_leading_zeros(exponent)};
}

CK_KEY_TYPE key_type_of(const keys::PublicKey& key) {
    return std::visit(KeyTypeOf{}, key);
}

}  // namespace keyward::hsm
