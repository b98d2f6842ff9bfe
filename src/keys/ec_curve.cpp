#include "keys/ec_curve.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include <openssl/obj_mac.h>

#include "crypto/openssl_ptr.hpp"
#include "keys/key_format_error.hpp"

namespace keyward::keys {
namespace {

using namespace std::string_view_literals;

constexpr std::array<CurveFacts, 4> curves{{
    {Curve::p256, "P-256", NID_X9_62_prime256v1, 256, 32, "\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv},
    {Curve::p384, "P-384", NID_secp384r1, 384, 48, "\x06\x05\x2B\x81\x04\x00\x22"sv},
    {Curve::p521, "P-521", NID_secp521r1, 521, 66, "\x06\x05\x2B\x81\x04\x00\x23"sv},
    {Curve::secp256k1, "secp256k1", NID_secp256k1, 256, 32, "\x06\x05\x2B\x81\x04\x00\x0A"sv},
}};

EcGroupPtr group_of(Curve curve) {
    return made(EcGroupPtr(EC_GROUP_new_by_curve_name(facts_of(curve).nid)));
}

EcPublicKey uncompressed(Curve curve, const EC_GROUP& group, const EC_POINT& point, BN_CTX& context) {
    Bytes octets(1 + 2 * facts_of(curve).order_bytes);
    require(EC_POINT_point2oct(&group, &point, POINT_CONVERSION_UNCOMPRESSED, octets.data(), octets.size(),
                               &context) == octets.size());
    return {curve, std::move(octets)};
}

ByteView without_leading_zeros(ByteView number) {
    const auto first =
        std::find_if(number.begin(), number.end(), [](std::uint8_t octet) { return octet != 0; });
    return {first, number.end()};
}

[[noreturn]] void refuse_scalar(Curve curve) {
    throw KeyFormatError("is an EC private key whose scalar is not between 1 and the order of " +
                         std::string(to_string(curve)) + " less 1: the key is damaged, export it again");
}

}  // namespace

const CurveFacts& facts_of(Curve curve) {
    for (const CurveFacts& facts : curves)
        if (facts.curve == curve) return facts;
    throw std::logic_error("a curve that is not in the table");
}

std::optional<Curve> curve_from_nid(int nid) {
    for (const CurveFacts& facts : curves)
        if (facts.nid == nid) return facts.curve;
    return std::nullopt;
}

std::string_view accepted_curves() {
    return "P-256, P-384, P-521, secp256k1";
}

EcPublicKey ec_public_key(Curve curve, ByteView point) {
    // X9.62 defines this form and OpenSSL reads it; RFC 5480 section 2.2 says to reject it.
    if (!point.empty() && (point[0] == POINT_CONVERSION_HYBRID || point[0] == POINT_CONVERSION_HYBRID + 1))
        throw KeyFormatError(
            "has an EC public point in hybrid form, which RFC 5480 forbids: export it again with an "
            "uncompressed or compressed point");
    const EcGroupPtr group = group_of(curve);
    const BnCtxPtr context = made(BnCtxPtr(BN_CTX_new()));
    const EcPointPtr decoded = made(EcPointPtr(EC_POINT_new(group.get())));
    // OpenSSL checks that the point is on the curve. All four curves have cofactor 1, so there are no small
    // subgroups.
    const bool on_curve =
        EC_POINT_oct2point(group.get(), decoded.get(), point.data(), point.size(), context.get()) == 1;
    if (!on_curve || EC_POINT_is_at_infinity(group.get(), decoded.get()) == 1)
        throw KeyFormatError("has an EC public point that is not on the curve " +
                             std::string(to_string(curve)) +
                             ": the key is damaged or of another curve, export it again");
    return uncompressed(curve, *group, *decoded, *context);
}

EcPrivateKey ec_private_key(Curve curve, ByteView scalar) {
    const std::size_t size = facts_of(curve).order_bytes;
    const ByteView digits = without_leading_zeros(scalar);
    if (digits.empty() || digits.size() > size) refuse_scalar(curve);
    SecretBytes padded(size);
    std::fill_n(padded.writable().begin(), size - digits.size(), std::uint8_t{0});
    std::copy(digits.begin(), digits.end(), padded.writable().last(digits.size()).begin());

    const EcGroupPtr group = group_of(curve);
    const BnPtr number = secret_number_from(padded.reveal());
    if (BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) refuse_scalar(curve);
    const BnCtxPtr context = made(BnCtxPtr(BN_CTX_secure_new()));
    const EcPointPtr point = made(EcPointPtr(EC_POINT_new(group.get())));
    require(EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, context.get()) == 1);
    return {uncompressed(curve, *group, *point, *context), std::move(padded)};
}

}  // namespace keyward::keys
