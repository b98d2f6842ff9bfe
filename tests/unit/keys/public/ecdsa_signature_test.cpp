#include "keys/public/ecdsa_signature.hpp"

#include <array>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "keys/public/public_operations.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

// RFC 6979 appendix A.2.5: P-256 with SHA-256 over "sample".
const std::string r = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716";
const std::string s = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";

struct Row {
    const char* what;
    std::string der_hex;
};

std::string raw_hex(const std::string& der_hex, std::size_t order_bytes = 32) {
    const auto raw = ecdsa_raw_from_der(from_hex(der_hex), order_bytes);
    return raw ? to_hex(*raw) : "nothing";
}

std::string padded(const std::string& r_digits, const std::string& s_digits) {
    return std::string(64 - r_digits.size(), '0') + r_digits + std::string(64 - s_digits.size(), '0') +
           s_digits;
}

TEST(EcdsaSignature, TheVectorOfTheRfcHasTheseTwoForms) {
    const Bytes raw = from_hex(r + s);
    const Bytes der = from_hex("3046022100" + r + "022100" + s);
    EXPECT_EQ(ecdsa_der_from_raw(raw), der);
    EXPECT_EQ(ecdsa_raw_from_der(der, 32), raw);
}

TEST(EcdsaSignature, TheVectorsOfTheRfcVerifyWithEveryDigest) {
    const EcPublicKey key{Curve::p256,
                          from_hex("0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                                   "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299")};
    const std::array<std::pair<Digest, std::string>, 5> signatures{
        {{Digest::sha1,
          "61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32"
          "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB"},
         {Digest::sha224,
          "53B2FFF5D1752B2C689DF257C04C40A587FABABB3F6FC2702F1343AF7CA9AA3F"
          "B9AFB64FDC03DC1A131C7D2386D11E349F070AA432A4ACC918BEA988BF75C74C"},
         {Digest::sha256, r + s},
         {Digest::sha384,
          "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719"
          "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954"},
         {Digest::sha512,
          "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00"
          "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE"}}};
    for (const auto& [digest, signature] : signatures) {
        SCOPED_TRACE(to_string(digest));
        EXPECT_TRUE(verifies_ecdsa(key, digest_of(digest, as_bytes("sample")), from_hex(signature)));
        EXPECT_FALSE(verifies_ecdsa(key, digest_of(digest, as_bytes("Sample")), from_hex(signature)));
    }
}

TEST(EcdsaSignature, ShortNumbersArePaddedToTheOrdersLength) {
    EXPECT_EQ(raw_hex("3006020101020102"), padded("01", "02"));
    EXPECT_EQ(raw_hex("300702020080020103"), padded("80", "03"));
    EXPECT_EQ(raw_hex("30080202010002020200"), padded("0100", "0200"));
    EXPECT_EQ(to_hex(ecdsa_der_from_raw(from_hex(padded("80", "03")))), "300702020080020103");
    EXPECT_EQ(to_hex(ecdsa_der_from_raw(from_hex(padded("0100", "7f")))),
              "300702020100"
              "02017f");
}

TEST(EcdsaSignature, OfP521HasALengthOfTwoOctets) {
    const std::string number = "01" + std::string(128, 'f') + "fe";
    const std::string der =
        "308188"
        "0242" +
        number + "0242" + number;
    EXPECT_EQ(raw_hex(der, 66), number + number);
    EXPECT_EQ(to_hex(ecdsa_der_from_raw(from_hex(number + number))), der);
}

TEST(EcdsaSignature, WhatIsNoStrictDerIsNoSignature) {
    const std::array<Row, 23> rows{{
        {"nothing at all", ""},
        {"a tag alone", "30"},
        {"an empty sequence", "3000"},
        {"r alone", "3003020101"},
        {"a third number", "3009020101020102020103"},
        {"an octet behind the sequence", "300602010102010200"},
        {"an octet behind s, inside", "300702010102010200"},
        {"cut short", "30060201010201"},
        {"a set in place of the sequence", "3106020101020102"},
        {"a length that need not be long", "308106020101020102"},
        {"a length with a leading zero", "30820006020101020102"},
        {"an indefinite length", "30800201010201020000"},
        {"a length beyond the end", "3007020101020102"},
        {"a length of 2^32 octets and more", "30850100000006020101020102"},
        {"an inner length that need not be long", "300702810101020102"},
        {"r without an octet", "30050200020102"},
        {"a leading zero that is not needed", "300702020001020102"},
        {"a leading zero in s that is not needed", "300702010102020002"},
        {"a negative r", "3006020181020102"},
        {"a negative s", "30060201010201ff"},
        {"an octet string in place of r", "3006040101020102"},
        {"a bit string in place of s", "3006020101030102"},
        {"r and s bare", r + s},
    }};
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        EXPECT_EQ(raw_hex(row.der_hex), "nothing");
    }
}

TEST(EcdsaSignature, ANumberOfZeroOrLongerThanTheOrderIsNoSignature) {
    EXPECT_EQ(raw_hex("3006020100020102"), "nothing");
    EXPECT_EQ(raw_hex("3006020101020100"), "nothing");
    EXPECT_EQ(raw_hex("3006020101020102", 1), "0102");
    EXPECT_EQ(raw_hex("300702020101020102", 1), "nothing");
    EXPECT_EQ(raw_hex("300702010102020101", 1), "nothing");
    EXPECT_EQ(raw_hex("3046022100" + r + "022100" + s, 31), "nothing");
    EXPECT_EQ(raw_hex("3026022101" + std::string(64, '0') + "020101"), "nothing");
}

TEST(EcdsaSignature, TheSignOctetDoesNotCountForTheLength) {
    EXPECT_EQ(raw_hex("3008020200ff020200fe", 1), "fffe");
}

TEST(EcdsaSignature, ZerosAreWrittenThoughNoneAreRead) {
    EXPECT_EQ(to_hex(ecdsa_der_from_raw(Bytes(64))), "3006020100020100");
}

TEST(EcdsaSignature, AnOddNumberOfOctetsThrows) {
    EXPECT_THROW(ecdsa_der_from_raw(Bytes(63)), std::invalid_argument);
}

}  // namespace
}  // namespace keyward::keys::testing
