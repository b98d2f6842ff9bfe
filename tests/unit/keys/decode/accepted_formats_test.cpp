#include <gtest/gtest.h>

#include "keys/public/fingerprint.hpp"
#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

struct Wrapping {
    std::string name, text;
};

std::vector<Wrapping> wrappings_of(const std::string& octets) {
    std::vector<Wrapping> all{
        {"base64", base64(octets)},
        {"base64 in lines with LF", base64_lines(octets, "\n")},
        {"base64 in lines with CRLF", base64_lines(octets, "\r\n")},
        {"base64 with white space around", " \r\n\t" + base64(octets) + "\n\n "},
        {"certutil", certutil(octets)},
        {"certutil with white space around", "\n\n" + certutil(octets) + "\n"},
        {"base64 of certutil", base64(certutil(octets))},
    };
    if (octets.find("-----BEGIN ") == std::string::npos) return all;
    std::string in_one_line = octets;
    std::replace(in_one_line.begin(), in_one_line.end(), '\n', ' ');
    std::string with_crlf;
    for (const char c : octets)
        with_crlf += c == '\n' ? "\r\n" : std::string(1, c);
    all.push_back({"bare PEM", octets});
    all.push_back({"bare PEM with CRLF", with_crlf});
    all.push_back({"bare PEM in one line", in_one_line});
    all.push_back({"bare PEM with text around", "0 friendlyName: key\n" + octets + "\nend\n"});
    all.push_back({"base64 of PEM with text before", base64("0 friendlyName: key\n" + octets)});
    return all;
}

void expect_every_wrapping(const SampleKey& key, KeyType type, const std::string& format,
                           const std::string& octets) {
    for (const Wrapping& wrapping : wrappings_of(octets)) {
        SCOPED_TRACE(key.name + ", " + format + ", " + wrapping.name);
        const KeyMaterial decoded = decode(type, wrapping.text, key.algorithm);
        EXPECT_EQ(algorithm_of(decoded), key.algorithm);
        EXPECT_EQ(is_private(decoded), type == KeyType::private_key);
        EXPECT_EQ(public_key_sha256(*public_half(decoded)), key.public_key_sha256);
    }
}

const RsaPrivateKey& rsa(const KeyMaterial& key) {
    return std::get<RsaPrivateKey>(key);
}

TEST(AcceptedFormats, EveryPrivateFormatInEveryWrappingIsTheSameKey) {
    for (const SampleKey& key : sample_keys())
        for (const auto& [format, octets] : key.private_formats)
            expect_every_wrapping(key, KeyType::private_key, format, octets);
}

TEST(AcceptedFormats, EveryPublicFormatInEveryWrappingIsTheSameKey) {
    for (const SampleKey& key : sample_keys())
        for (const auto& [format, octets] : key.public_formats)
            expect_every_wrapping(key, KeyType::public_key, format, octets);
}

TEST(AcceptedFormats, EveryFormatOfAnRsaKeyGivesTheSamePrivateParts) {
    const SampleKey& key = sample_key("RSA-2048");
    const KeyMaterial first = decode(KeyType::private_key, key.format("PKCS#8 PEM"));
    for (const auto& [format, octets] : key.private_formats) {
        SCOPED_TRACE(format);
        const KeyMaterial other = decode(KeyType::private_key, base64(octets));
        EXPECT_TRUE(
            equal_secrets(rsa(first).private_exponent.reveal(), rsa(other).private_exponent.reveal()));
        EXPECT_TRUE(equal_secrets(rsa(first).coefficient.reveal(), rsa(other).coefficient.reveal()));
    }
}

TEST(AcceptedFormats, AnEcScalarKeepsTheLengthOfTheOrderWhateverItsLeadingZeros) {
    const SampleKey& key = sample_key("P-521");
    const auto scalar = decode(KeyType::private_key, key.format("PKCS#8 PEM"));
    EXPECT_EQ(std::get<EcPrivateKey>(scalar).scalar.size(), 66U);
    // RFC 5915 wants the full length; some writers leave the zeros out.
    const std::string curve = der(0xA0, der_oid("2B81040023"));
    const KeyMaterial one =
        decode(KeyType::private_key, base64(der_sequence({der(2, "\x01"), der(4, "\x01"), curve})));
    EXPECT_EQ(to_hex(std::get<EcPrivateKey>(one).scalar.reveal()), std::string(131, '0') + "1");
}

TEST(AcceptedFormats, ACompressedPointIsStoredUncompressed) {
    const KeyMaterial key = decode(KeyType::public_key, sample_key("P-256").format("compressed point"));
    const Bytes& point = std::get<EcPublicKey>(key).point;
    EXPECT_EQ(point.size(), 65U);
    EXPECT_EQ(point.front(), 4U);
}

TEST(AcceptedFormats, AnEd25519KeyWithItsPublicKeyInsideIsRead) {
    // RFC 8410 section 10.3, the example of the version-2 form.
    const KeyMaterial key = decode(KeyType::private_key,
                                   "-----BEGIN PRIVATE KEY-----\n"
                                   "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                                   "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n"
                                   "Z9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                                   "-----END PRIVATE KEY-----\n");
    EXPECT_EQ(to_hex(std::get<Ed25519PrivateKey>(key).public_key.point),
              "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
}

TEST(AcceptedFormats, ThePublicPointOfAnEd25519SeedIsThatOfTheStandard) {
    // RFC 8032 section 7.1, test 1.
    const std::string seed =
        octets_of(from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    const std::string pkcs8 =
        der_sequence({der(2, std::string(1, '\0')), der_sequence({der_oid("2B6570")}), der(4, der(4, seed))});
    const KeyMaterial key = decode(KeyType::private_key, base64(pkcs8));
    EXPECT_EQ(to_hex(std::get<Ed25519PrivateKey>(key).public_key.point),
              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST(AcceptedFormats, ThePublicPointOfAP256ScalarIsThatOfTheStandard) {
    // RFC 6979 appendix A.2.5.
    const std::string scalar =
        octets_of(from_hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"));
    const std::string sec1 =
        der_sequence({der(2, "\x01"), der(4, scalar), der(0xA0, der_oid("2A8648CE3D030107"))});
    const KeyMaterial key = decode(KeyType::private_key, base64(sec1));
    EXPECT_EQ(to_hex(std::get<EcPrivateKey>(key).public_key.point),
              "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
              "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
}

TEST(AcceptedFormats, RsaWithoutTheNullOfItsParametersIsRead) {
    const std::string pkcs1 = sample_key("RSA-2048").format("PKCS#1 DER");
    const std::string spki = der_sequence({der_sequence({der_oid("2A864886F70D010101")}), der_bits(pkcs1)});
    EXPECT_EQ(public_key_sha256(*public_half(decode(KeyType::public_key, base64(spki)))),
              sample_key("RSA-2048").public_key_sha256);
}

TEST(AcceptedFormats, ASmallerRsaKeyIsTakenWhereThePolicyAllowsIt) {
    const std::string pem = openssl_folder().made_by("genrsa -out small.pem 1024", "small.pem");
    KeyPolicy policy;
    policy.rsa_min_bits = 1024;
    EXPECT_EQ(size_in_bits(decode(KeyType::private_key, pem, Algorithm::rsa, policy)), 1024);
}

TEST(CheckPair, TheHalvesOfOneKeyPass) {
    const SampleKey& key = sample_key("RSA-2048");
    const KeyMaterial secret = decode(KeyType::private_key, key.format("PKCS#8 PEM"));
    const KeyMaterial open = decode(KeyType::public_key, key.format("SPKI PEM"));
    EXPECT_NO_THROW(check_pair(rsa(secret), std::get<RsaPublicKey>(open)));
}

TEST(CheckPair, APublicKeyOfAnotherPrivateKeyIsRefused) {
    const KeyMaterial secret = decode(KeyType::private_key, sample_key("RSA-2048").format("PKCS#8 PEM"));
    const std::string other = openssl_folder().made_by("genrsa -out other.pem 2048", "other.pem");
    const KeyMaterial stranger = decode(KeyType::private_key, other);
    try {
        check_pair(rsa(secret), rsa(stranger).public_key);
        FAIL() << "was accepted";
    } catch (const KeyFormatError& refusal) {
        EXPECT_STREQ(refusal.what(),
                     "is not the public key of the private key beside it: send the two halves of one key, or "
                     "the private key alone");
    }
}

TEST(DecodeContent, TheOlderFormIsDecodedByItsHalves) {
    EXPECT_THROW(decode(KeyType::rsa, sample_key("RSA-2048").format("PKCS#8 PEM")), std::invalid_argument);
}

}  // namespace
}  // namespace keyward::keys::testing
