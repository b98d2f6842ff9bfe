#include "keys/public/fingerprint.hpp"

#include <string_view>

#include "keys/decode/der_reader.hpp"
#include "keys/decode/der_writer.hpp"
#include "keys/decode/pem.hpp"
#include "keys/ec_curve.hpp"

namespace keyward::keys {
namespace {

using namespace std::string_view_literals;

constexpr auto rsa_algorithm =
    "\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01\x05\x00"sv;         // RFC 8017 A.1
constexpr auto ec_public_key_oid = "\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01"sv;  // RFC 5480 section 2.1.1
constexpr auto ed25519_algorithm = "\x30\x05\x06\x03\x2B\x65\x70"sv;          // RFC 8410 section 3

/// SubjectPublicKeyInfo from the algorithm's DER and the key's octets.
Bytes info(ByteView algorithm, ByteView key) {
    static constexpr std::uint8_t no_unused_bits = 0;
    return der::element(der::sequence,
                        {algorithm, der::element(der::bit_string, {ByteView(&no_unused_bits, 1), key})});
}

Bytes info_of(const RsaPublicKey& key) {
    return info(as_bytes(rsa_algorithm),
                der::element(der::sequence, {der::unsigned_integer(key.modulus),
                                             der::unsigned_integer(key.public_exponent)}));
}

Bytes info_of(const EcPublicKey& key) {
    return info(der::element(der::sequence, {as_bytes(ec_public_key_oid), as_bytes(facts_of(key.curve).oid)}),
                key.point);
}

Bytes info_of(const Ed25519PublicKey& key) {
    return info(as_bytes(ed25519_algorithm), key.point);
}

}  // namespace

Bytes subject_public_key_info(const PublicKey& key) {
    return std::visit([](const auto& each) { return info_of(each); }, key);
}

std::string public_key_sha256(const PublicKey& key) {
    return to_hex(sha256(subject_public_key_info(key)));
}

std::string public_key_pem(const PublicKey& key) {
    return pem_block("PUBLIC KEY", subject_public_key_info(key));
}

}  // namespace keyward::keys
