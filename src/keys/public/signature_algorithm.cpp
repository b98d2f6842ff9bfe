#include "keys/public/signature_algorithm.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "keys/decode/der_reader.hpp"
#include "keys/decode/der_writer.hpp"

namespace keyward::keys {
namespace {

using namespace std::string_view_literals;

struct Row {
    Digest digest;
    std::string_view hash;       // RFC 4055 section 2.1, with NULL
    std::string_view rsa_pkcs1;  // RFC 8017 appendix A.2.4, with NULL
    std::string_view ecdsa;      // RFC 5758 section 3.2, without parameters
};

constexpr std::array rows{
    Row{Digest::sha256, "\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"sv,
        "\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B\x05\x00"sv,
        "\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv},
    Row{Digest::sha384, "\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00"sv,
        "\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C\x05\x00"sv,
        "\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x03"sv},
    Row{Digest::sha512, "\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00"sv,
        "\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D\x05\x00"sv,
        "\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x04"sv},
};
constexpr auto pss_oid = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"sv;   // RFC 8017 appendix A.2.3
constexpr auto mgf1_oid = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x08"sv;  // RFC 8017 appendix A.2.1
constexpr auto ed25519 = "\x30\x05\x06\x03\x2B\x65\x70"sv;                   // RFC 8410 section 3

Bytes octets(std::string_view der) {
    return {der.begin(), der.end()};
}

const Row& row_of(Digest digest) {
    const auto* const row = std::ranges::find(rows, digest, &Row::digest);
    if (row == rows.end())
        throw std::invalid_argument("certificate requests are signed with SHA-256, SHA-384 or SHA-512");
    return *row;
}

/// RSASSA-PSS-params: hash [0], mask generation [1], salt [2]; the trailer is the default.
Bytes pss(const Row& row) {
    const ByteView hash = as_bytes(row.hash);
    const auto salt = static_cast<std::uint8_t>(size_of(row.digest));
    const Bytes mask = der::element(der::sequence, {as_bytes(mgf1_oid), hash});
    const Bytes parameters = der::element(
        der::sequence, {der::element(der::context_0, {hash}), der::element(der::context_1, {mask}),
                        der::element(0xA2, {der::unsigned_integer({&salt, 1})})});
    return der::element(der::sequence, {as_bytes(pss_oid), parameters});
}

}  // namespace

Bytes signature_algorithm(RequestSignature signature) {
    using Scheme = RequestSignature::Scheme;
    switch (signature.scheme) {
        case Scheme::rsa_pkcs1:
            return octets(row_of(signature.digest).rsa_pkcs1);
        case Scheme::rsa_pss:
            return pss(row_of(signature.digest));
        case Scheme::ecdsa:
            return octets(row_of(signature.digest).ecdsa);
        case Scheme::ed25519:
            return octets(ed25519);
    }
    throw std::logic_error("a scheme that is not in the table");
}

}  // namespace keyward::keys
