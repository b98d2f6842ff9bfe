#pragma once

#include <string>
#include <vector>

#include "crypto/openssl_ptr.hpp"
#include "keys/decode/decode.hpp"

namespace keyward::keys::testing {

/// One key as the openssl command wrote it in every format that fits it. All are files' octets.
struct SampleKey {
    std::string name;  ///< `RSA-2048`, `P-256`, … and the file it is in
    Algorithm algorithm;
    std::vector<std::pair<std::string, std::string>> private_formats, public_formats;  ///< format, octets
    std::string public_key_sha256;  ///< of `openssl pkey -pubout -outform DER`, by `openssl dgst -sha256`

    [[nodiscard]] const std::string& format(const std::string& wanted) const;
};

/// RSA of 2,048 bits, the four curves and Ed25519; made once a program.
const std::vector<SampleKey>& sample_keys();
const SampleKey& sample_key(const std::string& name);

/// OpenSSL's handle of a sample's private half, to sign with.
PkeyPtr private_handle(const std::string& name);

/// The ways in which octets are sent.
std::string base64(std::string_view octets);
std::string base64_lines(std::string_view octets, std::string_view line_break);
/// What Windows' `certutil -encode` writes: lines of 64 characters with CRLF between a certificate's PEM
/// lines.
std::string certutil(std::string_view octets);

SecretBytes content(std::string_view text);
KeyMaterial decode(KeyType type, std::string_view text, std::optional<Algorithm> algorithm = std::nullopt,
                   const KeyPolicy& policy = {});

std::string octets_of(ByteView bytes);

/// DER for keys that openssl does not make.
std::string der(std::uint8_t tag, std::string_view value);
std::string der_sequence(std::initializer_list<std::string> parts);
std::string der_integer(ByteView digits);
std::string der_bits(std::string_view octets);
std::string der_oid(std::string_view hex_of_value);

/// One content that must be refused with exactly this text.
struct Refused {
    std::string name;
    KeyType type;
    std::optional<Algorithm> algorithm;
    std::string content;
    std::string text;
    KeyPolicy policy = {};
};
void expect_all_refused(const std::vector<Refused>& table);

/// Rows for a key whose algorithm the request does not name, unless given.
Refused refused_private_key(std::string name, std::string content, std::string text,
                            std::optional<Algorithm> algorithm = std::nullopt);
Refused refused_public_key(std::string name, std::string content, std::string text,
                           std::optional<Algorithm> algorithm = std::nullopt);

/// The octets 1, 2, 3 …: all differ, and they have even parity among them.
std::string counted(std::size_t size);

}  // namespace keyward::keys::testing
