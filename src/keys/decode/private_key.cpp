#include "keys/decode/private_key.hpp"

#include "keys/decode/public_key.hpp"
#include "keys/decode/rsa_check.hpp"
#include "keys/ec_curve.hpp"
#include "keys/ed25519.hpp"
#include "keys/key_algorithm.hpp"
#include "keys/public/fingerprint.hpp"

namespace keyward::keys {
namespace {

/// The version as a number; 255 for anything longer.
unsigned version_in(der::Reader& reader, std::string_view what) {
    const ByteView digits = der::unsigned_integer(reader.expect(der::integer, what), "the version");
    if (digits.empty()) return 0;
    return digits.size() == 1 ? digits[0] : 255U;
}

[[noreturn]] void refuse_version(std::string_view what) {
    throw KeyFormatError("is damaged or of a newer format: the version of " + std::string(what) +
                         " is not one that is known; export the key again");
}

/// A public key carried with a private key must be its own: clients may rely on it.
void require_same(const KeyMaterial& key, const PublicKey& carried) {
    if (subject_public_key_info(*public_half(key)) != subject_public_key_info(carried))
        throw KeyFormatError(
            "is an " + std::string(to_string(algorithm_of(key))) +
            " private key that carries a public key which is not its own: the key is damaged, "
            "export it again");
}

KeyMaterial decode_pkcs1_private(ByteView der, const KeyPolicy& policy) {
    static constexpr std::string_view what = "the RSA private key";
    der::Reader reader = der::inside_sequence(der, what);
    const unsigned version = version_in(reader, what);
    if (version == 1)
        throw KeyFormatError(
            "is an RSA private key of more than two primes, expected two: tokens can't hold it, make a new "
            "key");
    if (version != 0) refuse_version(what);
    const auto number = [&reader](std::string_view name) {
        return der::unsigned_integer(reader.expect(der::integer, what), name);
    };
    const ByteView modulus = number("the modulus");
    const ByteView exponent = number("the public exponent");
    check_rsa_public(modulus, exponent, policy);
    RsaPrivateKey key;
    key.public_key = {Bytes(modulus.begin(), modulus.end()), Bytes(exponent.begin(), exponent.end())};
    key.private_exponent = SecretBytes::copy_of(number("the private exponent"));
    key.prime_1 = SecretBytes::copy_of(number("the first prime"));
    key.prime_2 = SecretBytes::copy_of(number("the second prime"));
    key.exponent_1 = SecretBytes::copy_of(number("the first CRT exponent"));
    key.exponent_2 = SecretBytes::copy_of(number("the second CRT exponent"));
    key.coefficient = SecretBytes::copy_of(number("the CRT coefficient"));
    reader.expect_end(what);
    check_rsa_private(key);
    return key;
}

/// ECPrivateKey (RFC 5915). Alone it must name its curve. Inside PKCS#8 the curve is given outside, and may
/// be repeated.
KeyMaterial decode_sec1(ByteView der, std::optional<Curve> curve_outside, const KeyPolicy& policy) {
    static constexpr std::string_view what = "the EC private key";
    der::Reader reader = der::inside_sequence(der, what);
    if (version_in(reader, what) != 1) refuse_version(what);
    const ByteView scalar = reader.expect(der::octet_string, what).value;
    std::optional<Curve> curve = curve_outside;
    if (const auto parameters = reader.next_if(der::context_0)) {
        der::Reader inside(parameters->value);
        const Curve named = named_curve(inside.next().value_or(der::Element{}));
        inside.expect_end("the name of the curve");
        if (curve.value_or(named) != named)
            throw KeyFormatError("is an EC private key that names two curves, " +
                                 std::string(to_string(*curve)) + " and " + std::string(to_string(named)) +
                                 ": the key is damaged, export it again");
        curve = named;
    }
    if (!curve) named_curve(der::Element{});
    KeyMaterial key = ec_private_key(*curve, scalar);
    if (const auto carried = reader.next_if(der::context_1)) {
        der::Reader inside(carried->value);
        const der::Element bits = inside.expect(der::bit_string, "the public key");
        inside.expect_end("the public key");
        require_same(key, decode_public_octets({Algorithm::ec, *curve},
                                               der::whole_octets(bits.value, "the public key"), policy));
    }
    reader.expect_end(what);
    return key;
}

/// CurvePrivateKey (RFC 8410 section 7): an octet string in the octet string.
KeyMaterial decode_ed25519(ByteView der) {
    static constexpr std::string_view what = "the Ed25519 private key";
    der::Reader outer(der);
    const der::Element seed = outer.expect(der::octet_string, what);
    outer.expect_end(what);
    return ed25519_private_key(seed.value);
}

KeyMaterial decode_inner(const KeyAlgorithm& algorithm, ByteView der, const KeyPolicy& policy) {
    if (algorithm.algorithm == Algorithm::rsa) return decode_pkcs1_private(der, policy);
    if (algorithm.algorithm == Algorithm::ec) return decode_sec1(der, algorithm.curve, policy);
    return decode_ed25519(der);
}

/// OneAsymmetricKey (RFC 5958 section 2); version 2 (written as 1) may carry the public key.
KeyMaterial decode_pkcs8(ByteView der, const KeyPolicy& policy) {
    static constexpr std::string_view what = "the PKCS#8 private key";
    der::Reader reader = der::inside_sequence(der, what);
    if (version_in(reader, what) > 1) refuse_version(what);
    const KeyAlgorithm algorithm = key_algorithm(reader.expect(der::sequence, what));
    KeyMaterial key = decode_inner(algorithm, reader.expect(der::octet_string, what).value, policy);
    reader.next_if(der::context_0);
    if (const auto carried = reader.next_if(der::context_1_primitive))
        require_same(key, decode_public_octets(algorithm, der::whole_octets(carried->value, "the public key"),
                                               policy));
    reader.expect_end(what);
    return key;
}

}  // namespace

KeyMaterial decode_private_key(ByteView der, DerKind kind, const KeyPolicy& policy) {
    if (kind == DerKind::pkcs1_private) return decode_pkcs1_private(der, policy);
    if (kind == DerKind::sec1) return decode_sec1(der, std::nullopt, policy);
    return decode_pkcs8(der, policy);
}

}  // namespace keyward::keys
