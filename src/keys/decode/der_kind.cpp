#include "keys/decode/der_kind.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "keys/decode/der_reader.hpp"
#include "keys/key_format_error.hpp"

namespace keyward::keys {
namespace {

/// The elements of the outermost sequence, one letter each: i INTEGER, b BIT STRING, o OCTET STRING, O OBJECT
/// IDENTIFIER, s SEQUENCE, 0 and 1 for the context tags, ? for others. Nothing when an element is malformed.
std::optional<std::string> shape_of(ByteView content) {
    static constexpr std::size_t longest = 16;
    std::string shape;
    der::Reader reader(content);
    while (!reader.at_end() && shape.size() < longest) {
        const auto element = reader.next();
        if (!element) return std::nullopt;
        switch (element->tag) {
            case der::integer:
                shape += 'i';
                break;
            case der::bit_string:
                shape += 'b';
                break;
            case der::octet_string:
                shape += 'o';
                break;
            case der::object_identifier:
                shape += 'O';
                break;
            case der::sequence:
                shape += 's';
                break;
            case der::context_0:
                shape += '0';
                break;
            case der::context_1:
            case der::context_1_primitive:
                shape += '1';
                break;
            default:
                shape += '?';
        }
    }
    return shape;
}

struct Shape {
    std::string_view letters;
    bool whole;  ///< nothing may follow
    DerKind kind;
};
constexpr std::array<Shape, 10> shapes{{
    {"so", true, DerKind::encrypted_pkcs8},
    {"sb", true, DerKind::spki},
    {"iso", false, DerKind::pkcs8},
    {"io", false, DerKind::sec1},
    {"iiiiiiiii", false, DerKind::pkcs1_private},
    {"iiiiii", true, DerKind::dsa_private},
    {"iii", true, DerKind::dsa_parameters},
    {"ii", true, DerKind::pkcs1_public},
    {"is", false, DerKind::pkcs12},
    {"O0", true, DerKind::pkcs7},
}};

struct KindText {
    DerKind kind;
    std::string_view name;
    std::string_view advice;  ///< for kinds that this service does not accept as keys
};
constexpr std::array<KindText, 14> kind_texts{{
    {DerKind::pkcs8, "a private key (PKCS#8)", {}},
    {DerKind::pkcs1_private, "an RSA private key (PKCS#1)", {}},
    {DerKind::sec1, "an EC private key (SEC1)", {}},
    {DerKind::spki, "a public key (SubjectPublicKeyInfo)", {}},
    {DerKind::pkcs1_public, "an RSA public key (PKCS#1)", {}},
    {DerKind::certificate, "an X.509 certificate", {}},
    {DerKind::encrypted_pkcs8, "an encrypted private key", {}},
    {DerKind::certificate_request, "a certificate request (PKCS#10)",
     "send the key itself, or its public key: openssl req -in request.pem -pubkey -noout"},
    {DerKind::revocation_list, "a certificate revocation list", "it holds no key: send the key itself"},
    {DerKind::pkcs12, "a PKCS#12 file",
     "take the key out of it first: openssl pkcs12 -in file.p12 -nodes -nocerts -out key.pem"},
    {DerKind::pkcs7, "a PKCS#7 message",
     "take the certificate out of it first: openssl pkcs7 -in file.p7b -print_certs -out certificate.pem"},
    {DerKind::dsa_private, "a DSA private key",
     "expected RSA, EC or Ed25519: make a new key of one of these"},
    {DerKind::dsa_parameters, "a set of DSA or DH parameters", "it holds no key: send the key itself"},
    {DerKind::unknown, "DER of an unknown structure",
     "expected a key in PKCS#8, PKCS#1, SEC1 or SubjectPublicKeyInfo, or an X.509 certificate"},
}};

const KindText& text_of(DerKind kind) {
    return *std::find_if(kind_texts.begin(), kind_texts.end() - 1,
                         [kind](const KindText& text) { return text.kind == kind; });
}

/// A signed structure (contents, signature algorithm, signature) is a certificate, a request or a revocation
/// list; the contents tell which.
DerKind signed_kind(ByteView content) {
    der::Reader outer(content);
    der::Reader to_be_signed(outer.expect(der::sequence, "the signed structure").value);
    to_be_signed.next_if(der::context_0);
    std::string inside;
    while (inside.size() < 6) {
        const auto element = to_be_signed.next();
        if (!element) break;
        inside += element->tag == der::integer ? 'i' : element->tag == der::sequence ? 's' : '?';
    }
    if (inside == "isssss") return DerKind::certificate;
    return inside.starts_with("iss") && inside.size() <= 4 ? DerKind::certificate_request
                                                           : DerKind::revocation_list;
}

DerKind kind_of_content(ByteView content) {
    const std::optional<std::string> shape = shape_of(content);
    if (!shape)
        throw KeyFormatError("is damaged: an element inside the DER is cut short; export the key again");
    if (*shape == "ssb") return signed_kind(content);
    const auto* const found = std::find_if(shapes.begin(), shapes.end(), [&shape](const Shape& candidate) {
        return candidate.whole ? *shape == candidate.letters : shape->starts_with(candidate.letters);
    });
    return found == shapes.end() ? DerKind::unknown : found->kind;
}

}  // namespace

DerKind kind_of(ByteView der) {
    static constexpr std::array<std::uint8_t, 5> pkcs12_in_ber{0x30, 0x80, 0x02, 0x01, 0x03};
    if (der.size() >= 5 && std::equal(pkcs12_in_ber.begin(), pkcs12_in_ber.end(), der.begin()))
        return DerKind::pkcs12;
    if (der.size() >= 2 && der[1] == 0x80)
        throw KeyFormatError(
            "is BER of indefinite length, expected DER: convert it, for example with "
            "openssl pkey -inform DER -in key.ber -outform DER -out key.der");
    der::Reader reader(der);
    const auto outer = reader.next_if(der::sequence);
    if (!outer)
        throw KeyFormatError("is cut short or damaged: the DER says that it is longer than the " +
                             std::to_string(der.size()) + " bytes that are there; send the whole file");
    if (!reader.at_end())
        throw KeyFormatError("goes on after the end of the DER (bytes behind it: " +
                             std::to_string(reader.octets_left()) + "): send one key and nothing behind it");
    return kind_of_content(outer->value);
}

bool is_certificate(ByteView octets) {
    der::Reader reader(octets);
    const auto outer = reader.next_if(der::sequence);
    return outer && reader.at_end() && shape_of(outer->value) == "ssb" &&
           signed_kind(outer->value) == DerKind::certificate;
}

std::string_view describe(DerKind kind) {
    return text_of(kind).name;
}

bool holds_private_key(DerKind kind) {
    return kind == DerKind::pkcs8 || kind == DerKind::pkcs1_private || kind == DerKind::sec1;
}

bool holds_public_key(DerKind kind) {
    return kind == DerKind::spki || kind == DerKind::pkcs1_public || kind == DerKind::certificate;
}

void refuse_kind(DerKind kind) {
    if (kind == DerKind::encrypted_pkcs8) refuse_encrypted_key();
    const KindText& text = text_of(kind);
    throw KeyFormatError("is " + std::string(text.name) +
                         ", not a key that can be taken: " + std::string(text.advice));
}

void refuse_encrypted_key() {
    throw KeyFormatError(
        "is an encrypted private key, and there is no field for its passphrase: decrypt it first, for "
        "example with "
        "openssl pkey -in key.pem -out plain.pem (for DER: openssl pkey -inform DER -in key.der -out "
        "plain.pem), "
        "and send plain.pem");
}

}  // namespace keyward::keys
