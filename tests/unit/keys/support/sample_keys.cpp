#include "tests/unit/keys/support/sample_keys.hpp"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "tests/unit/keys/support/openssl_command.hpp"

namespace keyward::keys::testing {
namespace {

void add_private_formats(SampleKey& key, const std::string& pem) {
    const auto& folder = openssl_folder();
    const auto add = [&](const std::string& format, const std::string& arguments) {
        key.private_formats.emplace_back(
            format, folder.made_by("pkey -in " + pem + " " + arguments + " -out made", "made"));
    };
    add("PKCS#8 PEM", "");
    // `openssl pkey -outform DER` writes the traditional form.
    key.private_formats.emplace_back(
        "PKCS#8 DER", folder.made_by("pkcs8 -topk8 -nocrypt -outform DER -in " + pem + " -out made", "made"));
    if (key.algorithm == Algorithm::ed25519) return;
    add("traditional PEM", "-traditional");
    add("traditional DER", "-traditional -outform DER");
}

void add_public_formats(SampleKey& key, const std::string& pem) {
    const auto& folder = openssl_folder();
    const auto add = [&](const std::string& format, const std::string& arguments) {
        key.public_formats.emplace_back(format, folder.made_by(arguments + " -out made", "made"));
    };
    add("SPKI PEM", "pkey -pubout -in " + pem);
    add("SPKI DER", "pkey -pubout -outform DER -in " + pem);
    add("certificate PEM", "req -x509 -new -days 1 -subj /CN=keyward -key " + pem);
    add("certificate DER", "req -x509 -new -days 1 -subj /CN=keyward -outform DER -key " + pem);
    add("certificate with text", "x509 -text -in made -inform DER");
    if (key.algorithm == Algorithm::rsa) {
        add("PKCS#1 PEM", "rsa -RSAPublicKey_out -in " + pem);
        add("PKCS#1 DER", "rsa -RSAPublicKey_out -outform DER -in " + pem);
    }
    if (key.algorithm == Algorithm::ec)
        add("compressed point", "pkey -pubout -ec_conv_form compressed -in " + pem);
}

SampleKey make(const std::string& name, Algorithm algorithm, const std::string& genpkey) {
    const auto& folder = openssl_folder();
    const std::string pem = name + ".pem";
    folder.run("openssl genpkey " + genpkey + " -out " + pem);
    SampleKey key{name, algorithm, {}, {}, {}};
    add_private_formats(key, pem);
    if (algorithm == Algorithm::ec) {
        const std::string curve = genpkey.substr(genpkey.rfind(':') + 1);
        key.private_formats.emplace_back(
            "with EC PARAMETERS",
            folder.made_by("ecparam -name " + curve + " -out made", "made") + key.format("traditional PEM"));
        key.private_formats.emplace_back("no public part",
                                         folder.made_by("ec -no_public -in " + pem + " -out made", "made"));
    }
    add_public_formats(key, pem);
    folder.run("openssl pkey -in " + pem + " -pubout -outform DER -out public.der");
    key.public_key_sha256 = folder.made_by("dgst -sha256 -r -out digest public.der", "digest").substr(0, 64);
    return key;
}

}  // namespace

const std::string& SampleKey::format(const std::string& wanted) const {
    for (const auto* formats : {&private_formats, &public_formats})
        for (const auto& [format_name, octets] : *formats)
            if (format_name == wanted) return octets;
    throw std::out_of_range(wanted);
}

const std::vector<SampleKey>& sample_keys() {
    static const std::vector<SampleKey> keys = [] {
        std::vector<SampleKey> made;
        made.push_back(make("RSA-2048", Algorithm::rsa, "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"));
        made.push_back(make("P-256", Algorithm::ec, "-algorithm EC -pkeyopt ec_paramgen_curve:prime256v1"));
        made.push_back(make("P-384", Algorithm::ec, "-algorithm EC -pkeyopt ec_paramgen_curve:secp384r1"));
        made.push_back(make("P-521", Algorithm::ec, "-algorithm EC -pkeyopt ec_paramgen_curve:secp521r1"));
        made.push_back(
            make("secp256k1", Algorithm::ec, "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1"));
        made.push_back(make("Ed25519", Algorithm::ed25519, "-algorithm ED25519"));
        return made;
    }();
    return keys;
}

const SampleKey& sample_key(const std::string& name) {
    return *std::find_if(sample_keys().begin(), sample_keys().end(),
                         [&](const SampleKey& key) { return key.name == name; });
}

PkeyPtr private_handle(const std::string& name) {
    const std::string& octets = sample_key(name).format("PKCS#8 DER");
    const auto* next = reinterpret_cast<const unsigned char*>(octets.data());
    return made(PkeyPtr(d2i_AutoPrivateKey(nullptr, &next, static_cast<long>(octets.size()))));
}

std::string base64(std::string_view octets) {
    return to_base64(as_bytes(octets));
}

std::string base64_lines(std::string_view octets, std::string_view line_break) {
    static constexpr std::size_t line_length = 64;
    const std::string whole = base64(octets);
    std::string lines;
    for (std::size_t at = 0; at < whole.size(); at += line_length)
        lines += whole.substr(at, line_length) + std::string(line_break);
    return lines;
}

std::string certutil(std::string_view octets) {
    return "-----BEGIN CERTIFICATE-----\r\n" + base64_lines(octets, "\r\n") + "-----END CERTIFICATE-----\r\n";
}

SecretBytes content(std::string_view text) {
    return SecretBytes::copy_of(as_bytes(text));
}

KeyMaterial decode(KeyType type, std::string_view text, std::optional<Algorithm> algorithm,
                   const KeyPolicy& policy) {
    return decode_content(type, algorithm, content(text), policy);
}

std::string octets_of(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

std::string der(std::uint8_t tag, std::string_view value) {
    std::string out(1, static_cast<char>(tag));
    if (value.size() < 0x80) {
        out += static_cast<char>(value.size());
    } else {
        out += static_cast<char>(0x84);
        std::string length;
        for (std::size_t rest = value.size(); rest != 0; rest >>= 8)
            length.insert(0, 1, static_cast<char>(rest & 0xFF));
        out.back() = static_cast<char>(0x80 | length.size());
        out += length;
    }
    return out + std::string(value);
}

std::string der_sequence(std::initializer_list<std::string> parts) {
    std::string value;
    for (const std::string& part : parts)
        value += part;
    return der(0x30, value);
}

std::string der_integer(ByteView digits) {
    std::string value = octets_of(digits);
    if (value.empty() || (digits[0] & 0x80U) != 0) value.insert(0, 1, '\0');
    return der(0x02, value);
}

std::string der_bits(std::string_view octets) {
    return der(0x03, std::string(1, '\0') + std::string(octets));
}

std::string der_oid(std::string_view hex_of_value) {
    return der(0x06, octets_of(from_hex(hex_of_value)));
}

Refused refused_private_key(std::string name, std::string content, std::string text,
                            std::optional<Algorithm> algorithm) {
    return {.name = std::move(name),
            .type = KeyType::private_key,
            .algorithm = algorithm,
            .content = std::move(content),
            .text = std::move(text)};
}

Refused refused_public_key(std::string name, std::string content, std::string text,
                           std::optional<Algorithm> algorithm) {
    Refused row = refused_private_key(std::move(name), std::move(content), std::move(text), algorithm);
    row.type = KeyType::public_key;
    return row;
}

std::string counted(std::size_t size) {
    std::string octets;
    for (std::size_t i = 0; i < size; ++i)
        octets += static_cast<char>(i + 1);
    return octets;
}

void expect_all_refused(const std::vector<Refused>& table) {
    for (const Refused& row : table) {
        SCOPED_TRACE(row.name);
        try {
            decode(row.type, row.content, row.algorithm, row.policy);
            ADD_FAILURE() << "was accepted";
        } catch (const KeyFormatError& refusal) {
            EXPECT_EQ(refusal.what(), row.text);
        }
    }
}

}  // namespace keyward::keys::testing
