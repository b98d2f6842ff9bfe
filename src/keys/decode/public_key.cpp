#include "keys/decode/public_key.hpp"

#include "keys/decode/rsa_check.hpp"
#include "keys/ec_curve.hpp"
#include "keys/ed25519.hpp"

namespace keyward::keys {
namespace {

Bytes owned(ByteView octets) {
    return {octets.begin(), octets.end()};
}

RsaPublicKey decode_pkcs1_public(ByteView der, const KeyPolicy& policy) {
    static constexpr std::string_view what = "the RSA public key";
    der::Reader reader = der::inside_sequence(der, what);
    const ByteView modulus = der::unsigned_integer(reader.expect(der::integer, what), "the modulus");
    const ByteView exponent = der::unsigned_integer(reader.expect(der::integer, what), "the public exponent");
    reader.expect_end(what);
    check_rsa_public(modulus, exponent, policy);
    return {owned(modulus), owned(exponent)};
}

PublicKey decode_spki(ByteView der, const KeyPolicy& policy) {
    static constexpr std::string_view what = "the SubjectPublicKeyInfo";
    der::Reader reader = der::inside_sequence(der, what);
    const KeyAlgorithm algorithm = key_algorithm(reader.expect(der::sequence, what));
    const der::Element bits = reader.expect(der::bit_string, what);
    reader.expect_end(what);
    return decode_public_octets(algorithm, der::whole_octets(bits.value, what), policy);
}

/// Finds the subject's key (RFC 5280 section 4.1): after version, serial number, signature, issuer, validity
/// and subject.
ByteView spki_of_certificate(ByteView der) {
    static constexpr std::string_view what = "the certificate";
    der::Reader certificate = der::inside_sequence(der, what);
    der::Reader signed_part(certificate.expect(der::sequence, what).value);
    signed_part.next_if(der::context_0);
    signed_part.expect(der::integer, what);
    for (int skipped = 0; skipped < 4; ++skipped)
        signed_part.expect(der::sequence, what);
    return signed_part.expect(der::sequence, what).whole;
}

}  // namespace

PublicKey decode_public_octets(const KeyAlgorithm& algorithm, ByteView octets, const KeyPolicy& policy) {
    if (algorithm.algorithm == Algorithm::rsa) return decode_pkcs1_public(octets, policy);
    if (algorithm.algorithm == Algorithm::ec) return ec_public_key(algorithm.curve, octets);
    return ed25519_public_key(octets);
}

PublicKey decode_public_key(ByteView der, DerKind kind, const KeyPolicy& policy) {
    if (kind == DerKind::pkcs1_public) return decode_pkcs1_public(der, policy);
    return decode_spki(kind == DerKind::certificate ? spki_of_certificate(der) : der, policy);
}

}  // namespace keyward::keys
