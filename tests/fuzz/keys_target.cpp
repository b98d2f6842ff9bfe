#include <algorithm>
#include <optional>
#include <variant>

#include <openssl/x509.h>

#include "base/base64.hpp"
#include "crypto/openssl_ptr.hpp"
#include "keys/decode/base64_diagnostics.hpp"
#include "keys/decode/decode.hpp"
#include "keys/decode/der_kind.hpp"
#include "keys/decode/der_reader.hpp"
#include "keys/decode/der_writer.hpp"
#include "keys/decode/pem.hpp"
#include "keys/public/fingerprint.hpp"
#include "tests/fuzz/repetition.hpp"
#include "tests/fuzz/target.hpp"

namespace keyward::fuzz {
namespace {

using namespace keys;

constexpr std::array asymmetric_types{KeyType::private_key, KeyType::public_key};
constexpr std::array algorithms{Algorithm::aes, Algorithm::des, Algorithm::desede, Algorithm::hmac,
                                Algorithm::rsa, Algorithm::ec,  Algorithm::ed25519};
/// Takes small RSA keys, whose checks are fast.
constexpr KeyPolicy lenient{.rsa_min_bits = 512, .legacy_mechanisms = true};
constexpr KeyPolicy strict{};

/// A content as a client sends it, and the octets in it that no text may repeat.
struct Content {
    std::string text;
    std::string_view octets;
};

void check_refusal_text(std::string_view reason, const Content& content) {
    expect(reason.size() > 8 && reason.size() < 700, "a refusal's reason is short");
    for (const std::string_view secret : {std::string_view(content.text), content.octets})
        expect(!repeats(reason, secret,
                        {"-----BEGIN",
                         "-----END",
                         "ENCRYPTED PRIVATE KEY",
                         "RSA PRIVATE KEY",
                         "EC PRIVATE KEY",
                         "OPENSSH PRIVATE KEY",
                         "DSA PRIVATE KEY",
                         "PRIVATE KEY",
                         "SSH2 PUBLIC KEY",
                         "RSA PUBLIC KEY",
                         "PUBLIC KEY",
                         "NEW CERTIFICATE REQUEST",
                         "CERTIFICATE REQUEST",
                         "TRUSTED CERTIFICATE",
                         "ATTRIBUTE CERTIFICATE",
                         "X509 CERTIFICATE",
                         "CERTIFICATE",
                         "PGP PRIVATE KEY BLOCK",
                         "PGP PUBLIC KEY BLOCK",
                         "X9.42 DH PARAMETERS",
                         "DH PARAMETERS",
                         "DSA PARAMETERS",
                         "EC PARAMETERS"}),
               "a refusal's reason repeats nothing of the key");
}

std::optional<KeyMaterial> decoded(KeyType type, std::optional<Algorithm> algorithm, const Content& content,
                                   const KeyPolicy& policy = lenient) {
    try {
        return decode_content(type, algorithm, SecretBytes::copy_of(as_bytes(content.text)), policy);
    } catch (const KeyFormatError& refusal) {
        check_refusal_text(refusal.what(), content);
        return std::nullopt;
    }
}

using Parts = std::initializer_list<ByteView>;

Bytes sequence(Parts parts) {
    return der::element(der::sequence, parts);
}

/// The AlgorithmIdentifier, as the public key has it.
ByteView algorithm_in(ByteView info) {
    return der::inside_sequence(info, "the public key").expect(der::sequence, "the algorithm").whole;
}

Bytes private_octets(const RsaPrivateKey& key) {
    const auto number = [](const SecretBytes& digits) { return der::unsigned_integer(digits.reveal()); };
    return sequence({der::unsigned_integer({}), der::unsigned_integer(key.public_key.modulus),
                     der::unsigned_integer(key.public_key.public_exponent), number(key.private_exponent),
                     number(key.prime_1), number(key.prime_2), number(key.exponent_1), number(key.exponent_2),
                     number(key.coefficient)});
}

Bytes private_octets(const EcPrivateKey& key) {
    return sequence(
        {der::unsigned_integer(Bytes{1}), der::element(der::octet_string, {key.scalar.reveal()})});
}

Bytes private_octets(const Ed25519PrivateKey& key) {
    return der::element(der::octet_string, {key.seed.reveal()});
}

/// DER that holds the same key: PKCS#8 or SubjectPublicKeyInfo; a secret key's own octets.
Bytes encoded(const KeyMaterial& key) {
    if (const auto* const secret = std::get_if<SecretKey>(&key))
        return {secret->octets.reveal().begin(), secret->octets.reveal().end()};
    Bytes info = subject_public_key_info(*public_half(key));
    return std::visit(
        [&info](const auto& each) -> Bytes {
            if constexpr (requires { private_octets(each); })
                return sequence({der::unsigned_integer({}), algorithm_in(info),
                                 der::element(der::octet_string, {private_octets(each)})});
            else
                return info;
        },
        key);
}

Content in_base64(std::string_view octets) {
    return {to_base64(as_bytes(octets)), octets};
}

std::string_view view_of(const Bytes& octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

bool openssl_accepts_point(EVP_PKEY& key) {
    const PkeyCtxPtr context(EVP_PKEY_CTX_new(&key, nullptr));
    return EVP_PKEY_get_base_id(&key) == EVP_PKEY_RSA || EVP_PKEY_public_check(context.get()) == 1;
}

void check_public_half(const PublicKey& key) {
    const Bytes info = subject_public_key_info(key);
    const unsigned char* next = info.data();
    const PkeyPtr handle(d2i_PUBKEY(nullptr, &next, static_cast<long>(info.size())));
    expect(handle != nullptr && openssl_accepts_point(*handle),
           "OpenSSL accepts a public key that is accepted");
    const auto again = decoded(KeyType::public_key, algorithm_of(key), in_base64(view_of(info)));
    expect(again && encoded(*again) == info, "a public key that is encoded and decoded is the same");
}

/// OpenSSL computes the public half of its own accord.
void check_private_half(const Bytes& pkcs8, const PublicKey& half) {
    const unsigned char* next = pkcs8.data();
    const PkeyPtr handle(d2i_AutoPrivateKey(nullptr, &next, static_cast<long>(pkcs8.size())));
    expect(handle != nullptr, "OpenSSL reads a private key that is accepted");
    unsigned char* info = nullptr;
    const int size = i2d_PUBKEY(handle.get(), &info);
    expect(size > 0, "OpenSSL writes the public half");
    const Bytes by_openssl(info, info + size);
    OPENSSL_free(info);
    expect(by_openssl == subject_public_key_info(half),
           "a private key has the public half that OpenSSL finds");
}

void check_rsa_pair(const KeyMaterial& key) {
    if (const auto* const rsa = std::get_if<RsaPrivateKey>(&key)) check_pair(*rsa, rsa->public_key);
}

void check_algorithms(KeyType type, const KeyMaterial& key, const Content& content) {
    if (type == KeyType::secret) return;  // the octets fit several algorithms
    for (const Algorithm algorithm : algorithms) {
        const bool is_own = algorithm == algorithm_of(key);
        expect(decoded(type, algorithm, content).has_value() == is_own, "a key has one algorithm");
    }
}

void check_key(KeyType type, const KeyMaterial& key, const Content& content) {
    const auto half = public_half(key);
    expect(half.has_value() == (type != KeyType::secret), "an asymmetric key has a public half");
    expect(is_private(key) == (type == KeyType::private_key), "a private key is one");
    const Bytes octets = encoded(key);
    const Content in_one_line = in_base64(view_of(octets));
    if (looks_hexadecimal(in_one_line.text)) return;  // refused by design: it is nearly always a mistake
    const auto again = decoded(type, algorithm_of(key), in_one_line);
    expect(again && encoded(*again) == octets, "a key that is encoded and decoded is the same");
    if (half) check_public_half(*half);
    if (half && type == KeyType::private_key) check_private_half(octets, *half);
    check_rsa_pair(key);
    check_algorithms(type, key, content);
}

void check_secret_key(Algorithm algorithm, const SecretKey& key) {
    const std::size_t size = key.octets.size();
    expect(key.algorithm == algorithm, "a secret key has the algorithm that was sent");
    expect(algorithm != Algorithm::aes || size == 16 || size == 24 || size == 32, "AES has its key sizes");
    expect(algorithm != Algorithm::des || size == 8, "DES has its key size");
    expect(algorithm != Algorithm::desede || size == 24, "DESede has its key size");
    expect(algorithm != Algorithm::hmac || (size >= 16 && size <= 1024), "HMAC has its key sizes");
}

bool check_secret(const Content& content) {
    bool accepted = false;
    for (const Algorithm algorithm : {Algorithm::aes, Algorithm::des, Algorithm::desede, Algorithm::hmac}) {
        const auto key = decoded(KeyType::secret, algorithm, content);
        if (!key) continue;
        accepted = true;
        check_secret_key(algorithm, std::get<SecretKey>(*key));
        check_key(KeyType::secret, *key, content);
    }
    if (decoded(KeyType::secret, std::nullopt, content))
        expect(accepted, "a key whose length decides has its algorithm");
    return accepted;
}

bool check_asymmetric(const Content& content) {
    bool accepted = false;
    for (const KeyType type : asymmetric_types) {
        const auto key = decoded(type, std::nullopt, content);
        const auto by_strict_policy = decoded(type, std::nullopt, content, strict);
        expect(key || !by_strict_policy, "a strict policy accepts less than a lenient one");
        if (!key) continue;
        expect(!accepted, "a content is a private key or a public one");
        accepted = true;
        check_key(type, *key, content);
    }
    return accepted;
}

/// How clients wrap the octets of a file does not matter.
void check_wrapping(std::string_view der) {
    const auto plain = in_base64(der);
    const Content by_certutil{pem_block("CERTIFICATE", as_bytes(der)), der};
    for (const KeyType type : asymmetric_types) {
        const auto key = decoded(type, std::nullopt, plain);
        const auto wrapped = decoded(type, std::nullopt, by_certutil);
        expect(key.has_value() == wrapped.has_value(), "what certutil wraps is accepted as base64 is");
        expect(!key || encoded(*key) == encoded(*wrapped), "what certutil wraps is the same key");
    }
}

void check_elements(ByteView octets) {
    der::Reader reader(octets);
    std::size_t size = 0;
    while (const auto element = reader.next()) {
        expect(element->whole.data() == octets.data() + size, "elements follow each other without a gap");
        expect(element->value.size() < element->whole.size(), "an element has a tag and a length");
        size += element->whole.size();
    }
    expect(size + reader.octets_left() == octets.size(), "elements and rest are all octets");
    if (is_certificate(octets)) expect(kind_of(octets) == DerKind::certificate, "a certificate is one");
}

void check_blocks(std::string_view text) {
    std::vector<PemBlock> blocks;
    try {
        blocks = pem_blocks(text);
    } catch (const KeyFormatError& refusal) {
        return check_refusal_text(refusal.what(), {std::string(text), text});
    }
    std::size_t end = 0;
    for (const PemBlock& block : blocks) {
        expect(block.body.data() > text.data() + end && block.end <= text.size(), "blocks follow each other");
        expect(block.label.size() <= 64, "a label has a limit");
        end = block.end;
    }
    expect(blocks.empty() == !looks_like_pem(text), "PEM has blocks");
}

void check_pem_of(std::string_view octets) {
    if (octets.empty()) return;
    const std::string text = pem_block("PUBLIC KEY", as_bytes(octets));
    const auto blocks = pem_blocks(text);
    expect(blocks.size() == 1 && blocks.front().label == "PUBLIC KEY",
           "a block that is written is one block");
    expect(octets_of_block(blocks.front()).reveal_text() == octets,
           "a block has the octets that were written");
}

}  // namespace

bool check_keys(std::string_view input) {
    const QuietErrors quiet;
    const Content as_it_is{std::string(input), input};
    const Content wrapped = in_base64(input);
    bool accepted = false;
    for (const Content* const content : {&as_it_is, &wrapped}) {
        accepted = check_secret(*content) || accepted;
        accepted = check_asymmetric(*content) || accepted;
    }
    if (input.starts_with('0') && !looks_like_pem(input)) check_wrapping(input);
    check_elements(as_bytes(input));
    check_blocks(input);
    check_pem_of(input);
    return accepted;
}

}  // namespace keyward::fuzz
