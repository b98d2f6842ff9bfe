#include <openssl/evp.h>

#include "tests/e2e/refusals/malformed.hpp"
#include "tests/e2e/support/encodings.hpp"
#include "tests/e2e/support/keys.hpp"
#include "tests/support/command.hpp"
#include "tests/support/files.hpp"

namespace keyward::e2e {
namespace {

using namespace std::string_literals;
using ContentMaker = std::function<std::string()>;

constexpr const char* secret_key = "SECRET_KEY";
constexpr const char* private_key = "PRIVATE_KEY";
constexpr const char* public_key = "PUBLIC_KEY";

char flipped(char octet, unsigned bits) {
    return static_cast<char>(static_cast<unsigned char>(octet) ^ bits);
}

/// The end of the value of the n-th element of a DER SEQUENCE that starts at `start`.
struct Element {
    std::size_t start = 0;
    std::size_t end = 0;
};

/// The element whose tag is at `at`; lengths up to 65,535 (X.690, 8.1.3).
Element element_at(const std::string& der, std::size_t at) {
    const auto octet = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(der.at(i)));
    };
    const std::size_t length_octet = octet(at + 1);
    if (length_octet < 0x80) return {at + 2, at + 2 + length_octet};
    if (length_octet == 0x81) return {at + 3, at + 3 + octet(at + 2)};
    return {at + 4, at + 4 + octet(at + 2) * 256 + octet(at + 3)};
}

Element nth(const std::string& der, std::size_t n) {
    Element element = element_at(der, element_at(der, 0).start);
    for (std::size_t i = 0; i < n; ++i)
        element = element_at(der, element.end);
    return element;
}

/// A DER SEQUENCE whose n-th element has its last octet changed.
std::string with_changed(std::string der, std::size_t n, unsigned bits = 2) {
    const Element element = nth(der, n);
    der[element.end - 1] = flipped(der[element.end - 1], bits);
    return der;
}

/// The same with every octet of the element's value set.
std::string with_filled(std::string der, std::size_t n, char octet) {
    const Element element = nth(der, n);
    for (std::size_t i = element.start; i < element.end; ++i)
        der[i] = octet;
    return der;
}

std::string with_last_octet_changed(std::string der) {
    der.back() = flipped(der.back(), 1);
    return der;
}

std::string random_base64(std::size_t size) {
    return base64(random_octets(size));
}

/// The output of an openssl command, in which `{key}` is replaced by a file with the key's PEM.
std::string openssl(std::vector<std::string> words, const std::string& key_pem) {
    const test::TemporaryFolder folder;
    const std::string file = folder.write("key.pem", key_pem);
    for (std::string& word : words)
        if (word == "{key}") word = file;
    words.insert(words.begin(), "openssl");
    return test::output_of(words);
}

std::vector<ContentRow> no_base64() {
    const std::vector<std::pair<std::string, std::string>> texts{
        {"Exclamation", "!"},
        {"OneCharacter", "A"},
        {"PaddingMissing", "AAAAAAAAAAAAAAAAAAAAAA"},
        {"PaddingHalf", "AAAAAAAAAAAAAAAAAAAAAA="},
        {"PaddingTooLong", "AAAAAAAAAAAAAAAAAAAAAA==="},
        {"PaddingInTheMiddle", "AAAA==AAAAAAAAAAAAAAAAAA"},
        {"PaddingAlone", "===="},
        {"BitsBehindTheEnd", "AAAAAAAAAAAAAAAAAAAAAB=="},
        {"AlphabetOfUrls", "-_-_-_-_-_-_-_-_-_-_-Q=="},
        {"Comma", "AAAAAAAAAAA,AAAAAAAAAA=="},
        {"Hexadecimal", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"},
        {"Nul", "AAAAAAAAAAA\0AAAAAAAAAA=="s},
        {"Unicode", "AAAAAAAAAAAÄAAAAAAAAAA=="},
        {"SpacesOnly", "    "},
        {"LineFeedsOnly", "\n\n\r\n"},
        {"DataUrl", "data:application/octet-stream;base64,AAAAAAAAAAAAAAAAAAAAAA=="},
        {"BehindTheEnd", "AAAAAAAAAAAAAAAAAAAAAA==AAAA"},
        {"CertutilWithoutEnd", "-----BEGIN CERTIFICATE-----\r\nAAAAAAAAAAAAAAAAAAAAAA==\r\n"},
        {"CertutilWithBrokenInside", "-----BEGIN CERTIFICATE-----\r\n!!!!\r\n-----END CERTIFICATE-----\r\n"},
        {"CertutilWithNothingInside", "-----BEGIN CERTIFICATE-----\r\n-----END CERTIFICATE-----\r\n"},
    };
    std::vector<ContentRow> rows;
    for (const auto& [type, algorithm] :
         {std::pair(secret_key, "AES"), std::pair(private_key, ""), std::pair(public_key, "")})
        for (const auto& [name, text] : texts)
            rows.push_back({name + "As" + type, type, algorithm, [text = text] { return text; }});
    return rows;
}

std::vector<ContentRow> wrong_lengths() {
    const std::vector<std::pair<const char*, std::vector<std::size_t>>> lengths{
        {"AES", {1, 8, 15, 17, 20, 23, 25, 31, 33, 48, 64}},
        {"DES", {1, 7, 9, 16, 24}},
        {"DESede", {8, 16, 23, 25, 32}},
        {"HMAC", {1, 8, 15, 1025, 4096}},
        {"", {1, 7, 9, 15, 17, 20, 33, 64}},
    };
    std::vector<ContentRow> rows;
    for (const auto& [algorithm, sizes] : lengths)
        for (const std::size_t size : sizes)
            rows.push_back({std::to_string(size) + "OctetsAs" + (*algorithm == '\0' ? "Nothing" : algorithm),
                            secret_key, algorithm, [size = size] { return random_base64(size); }});
    return rows;
}

std::vector<ContentRow> des_rows() {
    const auto joined = [](int a, int b, int c, bool parity = true) {
        return [=] {
            const std::string parts[]{des_key(8), des_key(8), des_key(8)};
            std::string key = parts[a] + parts[b] + parts[c];
            if (!parity) key[8] = flipped(key[8], 1);
            return base64(key);
        };
    };
    return {
        {"FirstAndSecondPartAlike", secret_key, "DESede", joined(0, 0, 1)},
        {"SecondAndThirdPartAlike", secret_key, "DESede", joined(0, 1, 1)},
        {"FirstAndThirdPartAlike", secret_key, "DESede", joined(0, 1, 0)},
        {"AllPartsAlike", secret_key, "DESede", joined(0, 0, 0)},
        {"PartsAlikeButForParity", secret_key, "DESede", joined(0, 0, 1, false)},
        {"TwentyFourOctetsOfOddParity", secret_key, "", joined(0, 1, 2)},
    };
}

std::string encrypted(const std::vector<std::string>& words) {
    std::vector<std::string> command{"pkcs8", "-topk8", "-in", "{key}", "-passout", "pass:words"};
    command.insert(command.end(), words.begin(), words.end());
    return base64(openssl(command, key_pair("RSA-2048").pkcs8_pem));
}

std::vector<ContentRow> wrong_kinds() {
    const auto rsa = [](std::string KeyPair::*form) {
        return [form] { return base64(key_pair("RSA-2048").*form); };
    };
    const auto form_of = [](const char* kind, std::string KeyPair::*form) {
        return [=] { return base64(key_pair(kind).*form); };
    };
    const ContentMaker request = [] {
        return base64(
            openssl({"req", "-new", "-key", "{key}", "-subj", "/CN=x"}, key_pair("RSA-2048").pkcs8_pem));
    };
    std::vector<ContentRow> rows{
        {"PublicAsPrivate", private_key, "", rsa(&KeyPair::spki_pem)},
        {"PublicDerAsPrivate", private_key, "", rsa(&KeyPair::spki_der)},
        {"Pkcs1PublicAsPrivate", private_key, "", rsa(&KeyPair::rsa_public_der)},
        {"CertificateAsPrivate", private_key, "", rsa(&KeyPair::certificate_pem)},
        {"CertificateDerAsPrivate", private_key, "", rsa(&KeyPair::certificate_der)},
        {"PrivateAsPublic", public_key, "", rsa(&KeyPair::pkcs8_pem)},
        {"PrivateDerAsPublic", public_key, "", rsa(&KeyPair::pkcs8_der)},
        {"Pkcs1PrivateAsPublic", public_key, "", rsa(&KeyPair::traditional_der)},
        {"Sec1PrivateAsPublic", public_key, "", form_of("P-256", &KeyPair::traditional_pem)},
        {"PrivateAsAes", secret_key, "AES", rsa(&KeyPair::pkcs8_der)},
        {"PemAsAes", secret_key, "AES", rsa(&KeyPair::pkcs8_pem)},
        {"RequestAsPublic", public_key, "", request},
        {"RequestAsPrivate", private_key, "", request},
        {"EncryptedPem", private_key, "", [] { return encrypted({}); }},
        {"EncryptedDer", private_key, "",
         [] {
             return encrypted({"-outform", "DER"});
         }},
        {"EncryptedOlderPem", private_key, "",
         [] {
             return base64(
                 openssl({"pkey", "-in", "{key}", "-traditional", "-aes128", "-passout", "pass:words"},
                         key_pair("RSA-2048").pkcs8_pem));
         }},
        {"EncryptedPemWithoutBase64", private_key, "", [] { return base64_decoded(encrypted({})); }},
        {"RandomAsPrivate", private_key, "", [] { return random_base64(1200); }},
        {"RandomAsPublic", public_key, "", [] { return random_base64(300); }},
        {"TextAsPrivate", private_key, "", [] { return base64("lorem ipsum dolor sit amet"); }},
        {"TextAsPublic", public_key, "", [] { return base64("lorem ipsum dolor sit amet"); }},
        {"EmptySequenceAsPrivate", private_key, "", [] { return base64("\x30\x00"s); }},
        {"EmptySequenceAsPublic", public_key, "", [] { return base64("\x30\x00"s); }},
        {"EndlessSequence", private_key, "",
         [] { return base64("\x30\x84\xff\xff\xff\xff"s + random_octets(64)); }},
        {"IndefiniteLength", private_key, "", [] { return base64("\x30\x80\x00\x00"s); }},
        {"DeepSequences", private_key, "",
         [] {
             std::string der;
             for (int i = 0; i < 60; ++i)
                 der = "\x30"s + static_cast<char>(der.size()) + der;
             return base64(der);
         }},
        {"PemOfNothing", private_key, "", [] { return base64(pem("PRIVATE KEY", "")); }},
        {"PemOfRandom", private_key, "", [] { return base64(pem("PRIVATE KEY", random_octets(300))); }},
        {"PemOfRandomAsPublic", public_key, "", [] { return base64(pem("PUBLIC KEY", random_octets(300))); }},
        {"PemOfRandomAsCertificate", public_key, "",
         [] { return base64(pem("CERTIFICATE", random_octets(300))); }},
        {"PemWithoutEnd", private_key, "",
         [] {
             const std::string& whole = key_pair("P-256").pkcs8_pem;
             return base64(whole.substr(0, whole.find("-----END")));
         }},
        {"PemWithAnotherEnd", private_key, "",
         [] {
             std::string whole = key_pair("P-256").pkcs8_pem;
             return base64(whole.replace(whole.find("END PRIVATE"), 11, "END DEVOTED"));
         }},
        {"PemOfOpensshLabel", private_key, "",
         [] { return base64(pem("OPENSSH PRIVATE KEY", "openssh-key-v1\0"s + random_octets(90))); }},
        {"TwoPemKeys", private_key, "",
         [] { return base64(key_pair("P-256").pkcs8_pem + key_pair("P-384").pkcs8_pem); }},
        {"RsaOf1024Bits", private_key, "", form_of("RSA-1024", &KeyPair::pkcs8_der)},
        {"RsaPublicOf1024Bits", public_key, "", form_of("RSA-1024", &KeyPair::spki_der)},
        {"RsaCertificateOf1024Bits", public_key, "", form_of("RSA-1024", &KeyPair::certificate_der)},
        {"RsaOf2047Bits", private_key, "", form_of("RSA-2047", &KeyPair::pkcs8_der)},
    };
    for (const char* kind : {"P-224", "brainpoolP256r1", "X25519", "X448", "Ed448"}) {
        rows.push_back(
            {std::string(kind) + "AsPrivate", private_key, "", form_of(kind, &KeyPair::pkcs8_der)});
        rows.push_back({std::string(kind) + "AsPublic", public_key, "", form_of(kind, &KeyPair::spki_der)});
    }
    return rows;
}

std::vector<ContentRow> damaged_rsa() {
    // RFC 8017, appendix A.1.2: version, n, e, d, p, q, dP, dQ, qInv.
    const std::vector<std::pair<const char*, std::size_t>> parts{
        {"Modulus", 1},     {"PublicExponent", 2}, {"PrivateExponent", 3}, {"FirstPrime", 4},
        {"SecondPrime", 5}, {"FirstExponent", 6},  {"SecondExponent", 7},  {"Coefficient", 8}};
    std::vector<ContentRow> rows;
    for (const auto& [name, index] : parts)
        rows.push_back({std::string("RsaWithAnother") + name, private_key, "RSA", [index = index] {
                            return base64(with_changed(key_pair("RSA-2048").traditional_der, index));
                        }});
    rows.push_back({"RsaOfAnUnknownVersion", private_key, "RSA",
                    [] { return base64(with_changed(key_pair("RSA-2048").traditional_der, 0, 4)); }});
    rows.push_back({"RsaPublicWithAnEvenModulus", public_key, "RSA",
                    [] { return base64(with_changed(key_pair("RSA-2048").rsa_public_der, 0, 1)); }});
    rows.push_back({"RsaPublicWithAnEvenExponent", public_key, "RSA",
                    [] { return base64(with_changed(key_pair("RSA-2048").rsa_public_der, 1, 1)); }});
    rows.push_back({"RsaPublicOfNothingButZeros", public_key, "RSA",
                    [] { return base64(with_filled(key_pair("RSA-2048").rsa_public_der, 0, '\0')); }});
    return rows;
}

std::vector<ContentRow> damaged_curves() {
    std::vector<ContentRow> rows;
    for (const char* curve : {"P-256", "P-384", "P-521", "secp256k1"}) {
        const std::string of = std::string("Of") + curve;
        const auto sec1 = [curve]() -> const std::string& { return key_pair(curve).traditional_der; };
        // RFC 5915: version, private key, parameters, public key.
        rows.push_back(
            {"AnotherScalar" + of, private_key, "EC", [=] { return base64(with_changed(sec1(), 1)); }});
        rows.push_back(
            {"ScalarZero" + of, private_key, "EC", [=] { return base64(with_filled(sec1(), 1, '\0')); }});
        rows.push_back({"ScalarAboveTheOrder" + of, private_key, "EC",
                        [=] { return base64(with_filled(sec1(), 1, '\xff')); }});
        rows.push_back({"PrivatePointOffTheCurve" + of, private_key, "EC",
                        [=] { return base64(with_last_octet_changed(sec1())); }});
        rows.push_back({"PublicPointOffTheCurve" + of, public_key, "EC",
                        [=] { return base64(with_last_octet_changed(key_pair(curve).spki_der)); }});
    }
    rows.push_back({"PointAtInfinity", public_key, "EC", [] {
                        // SubjectPublicKeyInfo (RFC 5480) of P-256 whose point is the one octet 00.
                        const std::string& der = key_pair("P-256").spki_der;
                        const std::string algorithm = der.substr(2, element_at(der, 2).end - 2);
                        const std::string body = algorithm + "\x03\x02\x00\x00"s;
                        return base64("\x30"s + static_cast<char>(body.size()) + body);
                    }});
    return rows;
}

std::vector<ContentRow> cut_and_lengthened() {
    struct Form {
        const char* name;
        const char* type;
        const char* kind;
        std::string KeyPair::*octets;
    };
    std::vector<ContentRow> rows;
    for (const Form& form : {Form{"RsaPkcs8", private_key, "RSA-2048", &KeyPair::pkcs8_der},
                             Form{"RsaPkcs1", private_key, "RSA-2048", &KeyPair::traditional_der},
                             Form{"EcPkcs8", private_key, "P-256", &KeyPair::pkcs8_der},
                             Form{"EcSec1", private_key, "P-256", &KeyPair::traditional_der},
                             Form{"EdPkcs8", private_key, "Ed25519", &KeyPair::pkcs8_der},
                             Form{"RsaSpki", public_key, "RSA-2048", &KeyPair::spki_der},
                             Form{"RsaPublicPkcs1", public_key, "RSA-2048", &KeyPair::rsa_public_der},
                             Form{"EcSpki", public_key, "P-256", &KeyPair::spki_der},
                             Form{"EdSpki", public_key, "Ed25519", &KeyPair::spki_der},
                             Form{"Certificate", public_key, "RSA-2048", &KeyPair::certificate_der}}) {
        const auto octets = [form]() -> const std::string& { return key_pair(form.kind).*form.octets; };
        const std::string name = form.name;
        rows.push_back({name + "WithoutItsEnd", form.type, "",
                        [=] { return base64(octets().substr(0, octets().size() - 1)); }});
        rows.push_back({name + "CutInHalf", form.type, "",
                        [=] { return base64(octets().substr(0, octets().size() / 2)); }});
        rows.push_back({name + "WithoutItsStart", form.type, "", [=] { return base64(octets().substr(1)); }});
        rows.push_back({name + "WithMoreBehind", form.type, "", [=] { return base64(octets() + "\x01"s); }});
        rows.push_back({name + "Twice", form.type, "", [=] { return base64(octets() + octets()); }});
    }
    return rows;
}

std::vector<ContentRow> disagreeing() {
    const auto form_of = [](const char* kind, std::string KeyPair::*form) {
        return [=] { return base64(key_pair(kind).*form); };
    };
    constexpr const char* algorithm = "/algorithm";
    return {
        {"RsaSaidToBeEc", private_key, "EC", form_of("RSA-2048", &KeyPair::pkcs8_der)},
        {"EcSaidToBeRsa", private_key, "RSA", form_of("P-256", &KeyPair::pkcs8_der)},
        {"Ed25519SaidToBeEc", private_key, "EC", form_of("Ed25519", &KeyPair::pkcs8_der)},
        {"EcSaidToBeEd25519", public_key, "Ed25519", form_of("P-256", &KeyPair::spki_der)},
        {"RsaPublicSaidToBeEc", public_key, "EC", form_of("RSA-2048", &KeyPair::spki_der)},
        {"PrivateSaidToBeAes", private_key, "AES", form_of("RSA-2048", &KeyPair::pkcs8_der), algorithm},
        {"PublicSaidToBeHmac", public_key, "HMAC", form_of("RSA-2048", &KeyPair::spki_der), algorithm},
    };
}

}  // namespace

const std::vector<ContentRow>& unusable_contents() {
    static const std::vector<ContentRow> rows = [] {
        std::vector<ContentRow> all;
        for (const auto& some : {no_base64(), wrong_lengths(), des_rows(), wrong_kinds(), damaged_rsa(),
                                 damaged_curves(), cut_and_lengthened(), disagreeing()})
            all.insert(all.end(), some.begin(), some.end());
        return all;
    }();
    return rows;
}

}  // namespace keyward::e2e
