#include <gtest/gtest.h>

#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

const std::string choices =
    "AES (16, 24 or 32 bytes), DES (8 bytes), DESede (24 bytes), HMAC (16 to 1024 bytes)";
const std::string send_raw = ": send base64 of the key's raw bytes and nothing else";
const std::string empty = "must not be empty: send base64 of the key";
const std::string foreign_character =
    " does not belong to base64; send it encoded with, for example, base64 -w0";
const std::string is_pem =
    "is PEM, but a SECRET_KEY is base64 of its raw bytes (or what certutil -encode makes of them): for a key "
    "in PEM use keyType "
    "PRIVATE_KEY or PUBLIC_KEY";

Refused secret(std::string name, std::optional<Algorithm> algorithm, std::string text, std::string refusal) {
    return {std::move(name), KeyType::secret, algorithm, std::move(text), std::move(refusal)};
}

TEST(RefusedSecretKey, WithoutContent) {
    std::vector<Refused> table;
    for (const char* const nothing : {"", " ", "\n", "\r\n\r\n", "\t \n"})
        for (const KeyType type : {KeyType::secret, KeyType::private_key, KeyType::public_key})
            table.push_back(
                {"nothing as " + std::string(to_string(type)), type, std::nullopt, nothing, empty});
    expect_all_refused(table);
}

TEST(RefusedSecretKey, ThatIsNotBase64) {
    const std::string odd = "is not base64: it has ";
    const std::string odd_end =
        " characters, which is not a multiple of 4; send it whole and with its padding (=)";
    const std::string padding =
        "is not base64: its padding (=) is wrong, or the last character is damaged; encode it again";
    expect_all_refused({
        secret("a word", std::nullopt, "secret!", "is not base64: character 7" + foreign_character),
        secret("a NUL", std::nullopt, std::string("AAAA\0AAA", 8),
               "is not base64: character 5" + foreign_character),
        secret("UTF-8", std::nullopt, "AAA\xC3\xA4", "is not base64: character 4" + foreign_character),
        secret("a BOM", std::nullopt, "\xEF\xBB\xBF" + base64(counted(16)),
               "is not base64: character 1" + foreign_character),
        secret("a data URI", std::nullopt, "data:;base64,AAAA",
               "is not base64: character 5" + foreign_character),
        secret("quotes", std::nullopt, "\"AAAA\"", "is not base64: character 1" + foreign_character),
        secret("base64url", std::nullopt, "AA-_",
               "is not base64: character 3 belongs to base64url; send base64 of RFC 4648 section 4, with + "
               "and /"),
        secret("an escaped line break", std::nullopt, "AAAA\\nAAAA",
               "is not base64: character 5 is a backslash; send real line breaks (\\n escaped once in JSON) "
               "or none"),
        secret("a missing character", std::nullopt, "AAA", odd + "3" + odd_end),
        secret("missing padding", Algorithm::aes, base64(counted(16)).substr(0, 22), odd + "22" + odd_end),
        secret("a whole line missing its end", Algorithm::aes, "AAAA\nAAA\n", odd + "7" + odd_end),
        secret("padding in the middle", std::nullopt, "AA==AAAA", padding),
        secret("only padding", std::nullopt, "====", padding),
        secret("three paddings", std::nullopt, "A===", padding),
        secret("unused bits", std::nullopt, "AAB=", padding),
        secret("unused bits before two paddings", std::nullopt, "AB==", padding),
    });
}

TEST(RefusedSecretKey, OfAWrongLength) {
    struct Wrong {
        Algorithm algorithm;
        std::vector<std::size_t> sizes;
        std::string expected;
    };
    const std::vector<Wrong> wrong{
        {Algorithm::aes, {1, 8, 15, 17, 20, 23, 25, 31, 33, 64}, "16, 24 or 32 for AES"},
        {Algorithm::des, {1, 7, 9, 16, 24}, "8 for DES"},
        {Algorithm::desede, {8, 16, 23, 25, 32}, "24 for DESede"},
        {Algorithm::hmac, {1, 8, 15, 1025, 4096}, "16 to 1024 for HMAC"},
    };
    std::vector<Refused> table;
    for (const Wrong& row : wrong)
        for (const std::size_t size : row.sizes)
            table.push_back(secret(std::string(to_string(row.algorithm)) + " of " + std::to_string(size),
                                   row.algorithm, base64(std::string(size, '\x07')),
                                   "has " + std::to_string(size) + (size == 1 ? " byte" : " bytes") +
                                       ", expected " + row.expected + send_raw));
    expect_all_refused(table);
}

TEST(RefusedSecretKey, WhoseLengthLeavesTheAlgorithmOpen) {
    std::vector<Refused> table;
    for (const std::size_t size : {1U, 7U, 9U, 15U, 17U, 20U, 31U, 33U, 48U, 64U, 1024U, 5000U})
        table.push_back(secret("of " + std::to_string(size), std::nullopt, base64(std::string(size, '\x07')),
                               "has " + std::to_string(size) + (size == 1 ? " byte" : " bytes") +
                                   ", which does not tell its algorithm: send algorithm, one of " + choices));
    table.push_back(secret("24 bytes of odd parity", std::nullopt,
                           base64(octets_of(from_hex("0102020404070708080b0b0d0d0e0e101013131515161619"))),
                           "has 24 bytes that all have odd parity, so it may be AES or DESede: send "
                           "algorithm, one of AES, DESede"));
    expect_all_refused(table);
}

TEST(RefusedSecretKey, WhoseLengthHasAKnownCause) {
    expect_all_refused({
        secret("base64 of PEM", Algorithm::aes, base64(sample_key("P-256").format("PKCS#8 PEM")),
               "has " + std::to_string(sample_key("P-256").format("PKCS#8 PEM").size()) +
                   " bytes, expected 16, 24 or 32 for AES; the bytes are PEM text: send base64 of the key's "
                   "raw bytes, or the PEM as it "
                   "is with another keyType"),
        secret("base64 of hexadecimal", Algorithm::aes,
               base64("000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f"),
               "has 64 bytes, expected 16, 24 or 32 for AES; the bytes are hexadecimal text: send base64 of "
               "the bytes that it stands for"),
        secret(
            "hexadecimal of AES-128, which would be an AES-192 key as base64", Algorithm::aes,
            "000102030405060708090a0b0c0d0e0f",
            "is 32 hexadecimal digits, expected base64: convert it, for example with xxd -r -p | base64 -w0"),
        secret(
            "hexadecimal in capitals", Algorithm::des, "0123456789ABCDEF",
            "is 16 hexadecimal digits, expected base64: convert it, for example with xxd -r -p | base64 -w0"),
    });
}

TEST(RefusedSecretKey, InArmourThatIsNotItsOwn) {
    const SampleKey& key = sample_key("P-256");
    expect_all_refused({
        secret("a private key in PEM", Algorithm::aes, key.format("PKCS#8 PEM"), is_pem),
        secret("a public key in PEM", Algorithm::hmac, key.format("SPKI PEM"), is_pem),
        secret("two blocks", Algorithm::aes, certutil(counted(16)) + certutil(counted(16)), is_pem),
        secret("text before the block", Algorithm::aes, "Input: key.bin\n" + certutil(counted(16)), is_pem),
        secret("text after the block", Algorithm::aes, certutil(counted(16)) + "done", is_pem),
        secret(
            "a certificate", Algorithm::hmac, key.format("certificate PEM"),
            "is an X.509 certificate, but a SECRET_KEY is base64 of its raw bytes: use keyType PUBLIC_KEY"),
        secret("a block cut short", Algorithm::aes, certutil(counted(16)).substr(0, 50),
               "has a PEM block (CERTIFICATE) without its -----END line: send the whole file"),
        secret("an empty block", Algorithm::aes, certutil(""),
               "has a PEM block with nothing in it: send the whole file"),
        secret("a damaged block", Algorithm::aes,
               "-----BEGIN CERTIFICATE-----\nAAAA*AAA\n-----END CERTIFICATE-----",
               "has a PEM block that is not base64: character 6" + foreign_character),
        secret("a header without end", Algorithm::aes, "-----BEGIN CERTIFICATE\nAAAA\n",
               "has a PEM line that begins with -----BEGIN and has no ----- at its end: send the file as it "
               "was made"),
        secret("a wrong length in certutil's", Algorithm::aes, certutil(counted(17)),
               "has 17 bytes, expected 16, 24 or 32 for AES" + send_raw),
    });
}

TEST(RefusedSecretKey, WithAnAlgorithmOfAnotherKeyType) {
    std::vector<Refused> table;
    for (const Algorithm algorithm : {Algorithm::rsa, Algorithm::ec, Algorithm::ed25519})
        table.push_back(
            secret(std::string(to_string(algorithm)), algorithm, base64(counted(16)),
                   "can't be read, because algorithm " + std::string(to_string(algorithm)) +
                       " does not go with keyType SECRET_KEY: expected AES, DES, DESede or HMAC"));
    for (const Algorithm algorithm : {Algorithm::aes, Algorithm::des, Algorithm::desede, Algorithm::hmac})
        for (const KeyType type : {KeyType::private_key, KeyType::public_key})
            table.push_back({std::string(to_string(algorithm)), type, algorithm,
                             sample_key("P-256").format("PKCS#8 PEM"),
                             "can't be read, because algorithm " + std::string(to_string(algorithm)) +
                                 " does not go with keyType " + std::string(to_string(type)) +
                                 ": expected RSA, EC or Ed25519, or leave algorithm out"});
    expect_all_refused(table);
}

TEST(RefusedSecretKey, DesedeWithEqualParts) {
    const std::string a = counted(8);
    const std::string b = "abcdefgh";
    std::string a_of_other_parity = a;
    a_of_other_parity[3] ^= 1;
    const std::string single =
        "is a DESede key with K1 = K2 or K2 = K3 (parity aside), which is single DES: make a key of three "
        "different parts";
    const std::string two =
        "is a DESede key with K1 = K3 (parity aside), that is two-key DESede, which this service takes only "
        "with "
        "legacy_mechanisms: make a key of three different parts";
    KeyPolicy legacy;
    legacy.legacy_mechanisms = true;
    std::vector<Refused> table{
        secret("K1 = K2", Algorithm::desede, base64(a + a + b), single),
        secret("K2 = K3", Algorithm::desede, base64(a + b + b), single),
        secret("K1 = K2 = K3", Algorithm::desede, base64(a + a + a), single),
        secret("K1 = K2 but for a parity bit", Algorithm::desede, base64(a + a_of_other_parity + b), single),
        secret("K1 = K3", Algorithm::desede, base64(a + b + a), two),
        secret("K1 = K3 but for a parity bit", Algorithm::desede, base64(a + b + a_of_other_parity), two),
        secret("zeros", Algorithm::desede, base64(std::string(24, '\0')), single),
    };
    table.push_back(
        {"K1 = K2 with legacy", KeyType::secret, Algorithm::desede, base64(a + a + b), single, legacy});
    expect_all_refused(table);
}

TEST(RefusedSecretKey, WeakDes) {
    const std::string weak =
        "is one of the 16 weak or semi-weak DES keys (NIST SP 800-67, 3.3.2): make a new key";
    const std::string weak_part =
        "has among its three parts one of the 16 weak or semi-weak DES keys (NIST SP 800-67, 3.3.2): make a "
        "new key";
    std::vector<Refused> table;
    for (const char* hex :
         {"0101010101010101", "FEFEFEFEFEFEFEFE", "E0E0E0E0F1F1F1F1", "1F1F1F1F0E0E0E0E", "011F011F010E010E",
          "1F011F010E010E01", "01E001E001F101F1", "E001E001F101F101", "01FE01FE01FE01FE", "FE01FE01FE01FE01",
          "1FE01FE00EF10EF1", "E01FE01FF10EF10E", "1FFE1FFE0EFE0EFE", "FE1FFE1FFE0EFE0E", "E0FEE0FEF1FEF1FE",
          "FEE0FEE0FEF1FEF1", "0000000000000000", "FFFFFFFFFFFFFFFF"})
        table.push_back(secret(hex, Algorithm::des, base64(octets_of(from_hex(hex))), weak));
    table.push_back(secret("as K2", Algorithm::desede, base64("12345678" + std::string(8, '\0') + "abcdefgh"),
                           weak_part));
    expect_all_refused(table);
}

}  // namespace
}  // namespace keyward::keys::testing
