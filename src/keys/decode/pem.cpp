#include "keys/decode/pem.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "keys/decode/base64_diagnostics.hpp"
#include "keys/decode/der_kind.hpp"
#include "keys/key_format_error.hpp"

namespace keyward::keys {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";
constexpr std::size_t longest_label = 64;

struct RefusedLabel {
    std::string_view label, name, advice;
};
constexpr std::string_view make_a_supported_key =
    "expected RSA, EC or Ed25519: make a new key of one of these";
constexpr std::string_view no_key = "it holds no key: send the key itself";
constexpr std::array<RefusedLabel, 16> refused_labels{{
    {"OPENSSH PRIVATE KEY", "a private key in OpenSSH's own format",
     "convert it first: ssh-keygen -p -m PKCS8 -f key (it changes the file, so work on a copy; give an empty "
     "new passphrase)"},
    {"SSH2 PUBLIC KEY", "a public key in SSH2's format",
     "convert it first: ssh-keygen -i -f key.pub | ssh-keygen -e -m PKCS8"},
    {"CERTIFICATE REQUEST", "a certificate request (PKCS#10)",
     "send the key itself, or its public key: openssl req -in request.pem -pubkey -noout"},
    {"NEW CERTIFICATE REQUEST", "a certificate request (PKCS#10)",
     "send the key itself, or its public key: openssl req -in request.pem -pubkey -noout"},
    {"TRUSTED CERTIFICATE", "a certificate in OpenSSL's own trusted format",
     "convert it first: openssl x509 -in trusted.pem -out certificate.pem"},
    {"DSA PRIVATE KEY", "a DSA private key", make_a_supported_key},
    {"PGP PRIVATE KEY BLOCK", "a PGP key", make_a_supported_key},
    {"PGP PUBLIC KEY BLOCK", "a PGP key", make_a_supported_key},
    {"PKCS7", "a PKCS#7 message",
     "take the certificate out of it first: openssl pkcs7 -in file.p7b -print_certs -out certificate.pem"},
    {"CMS", "a CMS message", no_key},
    {"X509 CRL", "a certificate revocation list", no_key},
    {"ATTRIBUTE CERTIFICATE", "an attribute certificate", no_key},
    {"DH PARAMETERS", "a set of DH parameters", no_key},
    {"X9.42 DH PARAMETERS", "a set of DH parameters", no_key},
    {"DSA PARAMETERS", "a set of DSA parameters", no_key},
    {"EC PARAMETERS", "a set of EC parameters", no_key},
}};

/// Labels that may be shown. Any other label is client text and could be anything.
constexpr std::array<std::string_view, 8> key_labels{
    "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY",
    "PUBLIC KEY",  "RSA PUBLIC KEY",  "CERTIFICATE",    "X509 CERTIFICATE"};

const RefusedLabel* refused(std::string_view label) {
    const auto* const found = std::find_if(refused_labels.begin(), refused_labels.end(),
                                           [label](const RefusedLabel& row) { return row.label == label; });
    return found == refused_labels.end() ? nullptr : found;
}

std::string shown(std::string_view label) {
    const bool known = refused(label) != nullptr ||
                       std::find(key_labels.begin(), key_labels.end(), label) != key_labels.end();
    return known ? std::string(label) : "another";
}

std::string listed(const std::vector<PemBlock>& blocks) {
    static constexpr std::size_t shown_at_most = 4;
    std::string list;
    for (const PemBlock& block : std::span(blocks).first(std::min(blocks.size(), shown_at_most)))
        append_item(list, shown(block.label));
    return blocks.size() > shown_at_most ? list + ", …" : list;
}

const PemBlock& only_block(std::vector<PemBlock>& blocks) {
    if (blocks.size() > 1)
        std::erase_if(blocks, [](const PemBlock& block) { return block.label == "EC PARAMETERS"; });
    if (blocks.empty())
        throw KeyFormatError("is a set of EC parameters, not a key that can be taken: " +
                             std::string(no_key));
    if (blocks.size() > 1)
        throw KeyFormatError("has " + std::to_string(blocks.size()) + " PEM blocks (" + listed(blocks) +
                             "), expected one: send the block of the one key that is meant");
    return blocks.front();
}

}  // namespace

bool looks_like_pem(std::string_view text) {
    return text.find(begin_mark) != std::string_view::npos;
}

std::vector<PemBlock> pem_blocks(std::string_view text) {
    std::vector<PemBlock> blocks;
    for (auto begin = text.find(begin_mark); begin != std::string_view::npos;
         begin = text.find(begin_mark, begin)) {
        const std::size_t label_at = begin + begin_mark.size();
        const std::size_t label_size = text.substr(label_at, longest_label + dashes.size()).find(dashes);
        if (label_size == std::string_view::npos)
            throw KeyFormatError(
                "has a PEM line that begins with -----BEGIN and has no ----- at its end: send the file as it "
                "was made");
        const std::string_view label = text.substr(label_at, label_size);
        const std::size_t body_at = label_at + label_size + dashes.size();
        const std::string end_line = std::string(end_mark) + std::string(label) + std::string(dashes);
        const std::size_t end = text.find(end_line, body_at);
        if (end == std::string_view::npos)
            throw KeyFormatError("has a PEM block (" + shown(label) +
                                 ") without its -----END line: send the whole file");
        blocks.push_back(
            {.label = label, .body = text.substr(body_at, end - body_at), .end = end + end_line.size()});
        begin = blocks.back().end;
    }
    return blocks;
}

SecretBytes octets_of_block(const PemBlock& block) {
    if (block.body.find("Proc-Type:") != std::string_view::npos &&
        block.body.find("ENCRYPTED") != std::string_view::npos)
        refuse_encrypted_key();
    std::optional<SecretBytes> octets = from_base64(block.body);
    if (!octets) throw KeyFormatError("has a PEM block that is not base64: " + base64_fault(block.body));
    if (octets->empty()) throw KeyFormatError("has a PEM block with nothing in it: send the whole file");
    return std::move(*octets);
}

SecretBytes octets_of_pem(std::string_view text) {
    std::vector<PemBlock> blocks = pem_blocks(text);
    const PemBlock& block = only_block(blocks);
    if (block.label == "ENCRYPTED PRIVATE KEY") refuse_encrypted_key();
    if (const RefusedLabel* row = refused(block.label))
        throw KeyFormatError("is " + std::string(row->name) +
                             ", not a key that can be taken: " + std::string(row->advice));
    return octets_of_block(block);
}

std::string pem_block(std::string_view label, ByteView octets) {
    static constexpr std::size_t line_length = 64;  // RFC 7468 section 2
    const std::string base64 = to_base64(octets);
    std::string pem = std::string(begin_mark).append(label).append(dashes) + "\n";
    for (std::size_t at = 0; at < base64.size(); at += line_length)
        pem += base64.substr(at, line_length) + "\n";
    return pem.append(end_mark).append(label).append(dashes) + "\n";
}

}  // namespace keyward::keys
