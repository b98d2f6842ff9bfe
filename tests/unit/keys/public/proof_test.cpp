#include "keys/public/proof.hpp"

#include <gtest/gtest.h>

#include "crypto/openssl_ptr.hpp"
#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

const std::string signed_text = "the words that a token signs";

RsaPublicKey rsa_key() {
    return std::get<RsaPublicKey>(decode(KeyType::public_key, sample_key("RSA-2048").format("SPKI PEM")));
}

/// What `openssl …` makes of the message (or of its digest); the keys of the samples lie in the same folder.
std::string made_of(std::string_view input, const std::string& arguments) {
    openssl_folder().write("input", input);
    return openssl_folder().made_by(arguments + " -out output", "output");
}

TEST(Proof, AnRsaSignatureVerifiesAndNoOther) {
    const auto key = rsa_key();
    const std::string signature =
        made_of(signed_text, "pkeyutl -sign -rawin -digest sha256 -in input -inkey RSA-2048.pem");
    EXPECT_TRUE(verifies_rsa_sha256(key, as_bytes(signed_text), as_bytes(signature)));
    EXPECT_FALSE(verifies_rsa_sha256(key, as_bytes("other words"), as_bytes(signature)));
    EXPECT_FALSE(verifies_rsa_sha256(key, as_bytes(signed_text), as_bytes(signature).first(255)));
    EXPECT_FALSE(verifies_rsa_sha256(key, as_bytes(signed_text), {}));
}

TEST(Proof, WhatIsEncryptedToAnRsaKeyItsPrivateHalfOpens) {
    EXPECT_EQ(made_of(octets_of(encrypt_oaep_sha1(rsa_key(), as_bytes(signed_text))),
                      "pkeyutl -decrypt -in input -inkey RSA-2048.pem -pkeyopt rsa_padding_mode:oaep"),
              signed_text);
}

TEST(Proof, AMessageTooLongForTheKeyThrows) {
    EXPECT_THROW(encrypt_oaep_sha1(rsa_key(), Bytes(215)), std::runtime_error);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Proof, ARefusedSignatureLeavesNothingInOpensslsErrorQueue) {
    EXPECT_FALSE(verifies_rsa_sha256(rsa_key(), as_bytes(signed_text), Bytes(256)));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Proof, AesCmacIsThatOfTheStandard) {
    // NIST SP 800-38B appendix D.1 (updated 2016): the empty message and one of 16 octets.
    const Bytes key = from_hex("2b7e151628aed2a6abf7158809cf4f3c");
    EXPECT_EQ(to_hex(aes_cmac(key, {})), "bb1d6929e95937287fa37d129b756746");
    EXPECT_EQ(to_hex(aes_cmac(key, from_hex("6bc1bee22e409f96e93d7e117393172a"))),
              "070a16b46b4d4144f79bdd9dd04a287c");
    const Bytes longest = from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    EXPECT_EQ(to_hex(aes_cmac(longest, {})), "028962f61b7bf89efc6b551f4667d983");
    EXPECT_THROW(aes_cmac(Bytes(17), {}), std::invalid_argument);
}

TEST(Proof, AZeroBlockIsEncryptedAsByTheStandards) {
    const auto zero_block = [](Algorithm algorithm, std::string_view hex) {
        return to_hex(encrypted_zero_block({algorithm, SecretBytes::copy_of(from_hex(hex))}));
    };
    // NIST SP 800-38B appendix D.1 and D.4, CIPH_K(0); DES: E(0) under the key of FIPS 81's examples.
    EXPECT_EQ(zero_block(Algorithm::aes, "2b7e151628aed2a6abf7158809cf4f3c"),
              "7df76b0c1ab899b33e42f047b91b546f");
    EXPECT_EQ(zero_block(Algorithm::desede, "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5"),
              "c8cc74e98a7329a2");
    EXPECT_EQ(zero_block(Algorithm::des, "0123456789abcdef"), "d5d44ff720683d0d");
}

TEST(Proof, AnHmacOfNothingIsThatOfTheEmptyMessage) {
    // printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0b0b…0b
    EXPECT_EQ(to_hex(hmac_of_nothing({Algorithm::hmac, SecretBytes::copy_of(Bytes(20, 0x0b))})),
              "999a901219f032cd497cadb5e6051e97b6a29ab297bd6ae722bd6062a2f59542");
}

}  // namespace
}  // namespace keyward::keys::testing
