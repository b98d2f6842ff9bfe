#include "keys/decode/armor.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/base64.hpp"
#include "keys/decode/base64_diagnostics.hpp"
#include "keys/decode/der_kind.hpp"
#include "keys/decode/pem.hpp"
#include "keys/key_format_error.hpp"

namespace keyward::keys {
namespace {

using namespace std::string_view_literals;

/// PEM of a key, wrapped again by certutil, and base64 around all of it.
constexpr int most_pem_layers = 3;

struct ForeignFormat {
    std::string_view begins, name, advice;
};
constexpr auto openssh_line = "an OpenSSH public key line"sv;
constexpr auto from_openssh = "convert it first: ssh-keygen -e -m PKCS8 -f key.pub"sv;
constexpr auto java_keystore = "a Java keystore"sv;
constexpr auto from_java =
    "take the key out of it first: keytool -importkeystore to PKCS#12, then openssl pkcs12 -nodes -nocerts"sv;
constexpr std::array<ForeignFormat, 12> foreign_formats{{
    {"ssh-rsa ", openssh_line, from_openssh},
    {"ssh-ed25519 ", openssh_line,
     "it can't be converted by ssh-keygen: export the public key as SubjectPublicKeyInfo"},
    {"ecdsa-sha2-", openssh_line, from_openssh},
    {"ssh-dss ", openssh_line, "expected RSA, EC or Ed25519: make a new key of one of these"},
    {"---- BEGIN SSH2 ", "a public key in SSH2's format",
     "convert it first: ssh-keygen -i -f key.pub | ssh-keygen -e -m PKCS8"},
    {"openssh-key-v1", "a private key in OpenSSH's own format",
     "convert it first: ssh-keygen -p -m PKCS8 -f key"},
    {"PuTTY-User-Key-File-", "a PuTTY key",
     "convert it first: puttygen key.ppk -O private-openssh -o key, then ssh-keygen -p -m PKCS8 -f key"},
    {"{", "JSON, perhaps a JWK", "send the key as PEM or DER"},
    {"\xFE\xED\xFE\xED", java_keystore, from_java},
    {"\xCE\xCE\xCE\xCE", java_keystore, from_java},
    {"\xFF\xFE", "text in UTF-16", "save the file as ASCII or UTF-8 first"},
    {"\xFE\xFF", "text in UTF-16", "save the file as ASCII or UTF-8 first"},
}};

constexpr auto expected_asymmetric =
    "expected PEM or DER of a key (PKCS#8, PKCS#1, SEC1, SubjectPublicKeyInfo) or of an X.509 certificate"sv;

std::string_view trimmed(std::string_view text) {
    static constexpr std::string_view spaces = " \t\r\n";
    const std::size_t first = text.find_first_not_of(spaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

void refuse_foreign(std::string_view text) {
    for (const ForeignFormat& format : foreign_formats)
        if (text.starts_with(format.begins))
            throw KeyFormatError("is " + std::string(format.name) + ", " + std::string(expected_asymmetric) +
                                 ": " + std::string(format.advice));
}

SecretBytes strict_base64(std::string_view text) {
    std::optional<SecretBytes> octets = from_base64(text);
    if (!octets) throw KeyFormatError("is not base64: " + base64_fault(text));
    return std::move(*octets);
}

std::string_view required_text(const SecretBytes& content) {
    const std::string_view text = trimmed(content.reveal_text());
    if (text.empty()) throw KeyFormatError("must not be empty: send base64 of the key");
    return text;
}

bool looks_like_der(const SecretBytes& octets) {
    const ByteView view = octets.reveal();
    if (view.size() < 2 || view[0] != 0x30) return false;
    // Text before a PEM block may begin with the digit 0, which is the octet of a SEQUENCE.
    return view[1] >= 0x80 || !looks_like_pem(octets.reveal_text());
}

}  // namespace

SecretBytes secret_octets(const SecretBytes& content) {
    const std::string_view text = required_text(content);
    if (!looks_like_pem(text)) {
        if (looks_hexadecimal(text))
            throw KeyFormatError(
                "is " + std::to_string(text.size()) +
                " hexadecimal digits, expected base64: convert it, for example with xxd -r -p | base64 -w0");
        return strict_base64(text);
    }
    const std::vector<PemBlock> blocks = pem_blocks(text);
    const PemBlock& block = blocks.front();
    if (blocks.size() > 1 || block.label != "CERTIFICATE" || block.end != text.size() ||
        !text.starts_with("-----BEGIN "))
        throw KeyFormatError(
            "is PEM, but a SECRET_KEY is base64 of its raw bytes (or what certutil -encode makes of them): "
            "for a key in PEM use "
            "keyType PRIVATE_KEY or PUBLIC_KEY");
    SecretBytes octets = octets_of_block(block);
    if (is_certificate(octets.reveal()))
        throw KeyFormatError(
            "is an X.509 certificate, but a SECRET_KEY is base64 of its raw bytes: use keyType PUBLIC_KEY");
    return octets;
}

SecretBytes asymmetric_der(const SecretBytes& content) {
    const std::string_view text = required_text(content);
    refuse_foreign(text);
    SecretBytes octets = looks_like_pem(text) ? octets_of_pem(text) : strict_base64(text);
    for (int layer = 0; layer < most_pem_layers; ++layer) {
        if (looks_like_der(octets)) return octets;
        const std::string_view inner = trimmed(octets.reveal_text());
        refuse_foreign(inner);
        if (!looks_like_pem(inner)) break;
        octets = octets_of_pem(inner);
    }
    if (looks_like_der(octets)) return octets;
    throw KeyFormatError("holds " + std::to_string(octets.size()) + " bytes that are neither DER nor PEM, " +
                         std::string(expected_asymmetric) +
                         (looks_hexadecimal(text)
                              ? "; it looks hexadecimal: convert it, for example with xxd -r -p | base64 -w0"
                              : ""));
}

}  // namespace keyward::keys
