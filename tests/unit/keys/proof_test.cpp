#include "keys/proof.hpp"

#include <array>

#include <gtest/gtest.h>

#include "keys/openssl_ptr.hpp"
#include "tests/unit/keys/openssl_command.hpp"
#include "tests/unit/keys/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

const std::string message = "the words that a token signs";

template <typename Key>
Key public_key(const std::string& name) {
    return std::get<Key>(decode(KeyType::public_key, sample_key(name).format("SPKI PEM")));
}

/// What `openssl …` makes of the message (or of its digest); the keys of the samples lie in the same folder.
std::string made_of(std::string_view input, const std::string& arguments) {
    openssl_folder().write("input", input);
    return openssl_folder().made_by(arguments + " -out output", "output");
}

/// r ‖ s of a DER signature.
Bytes raw_signature(std::string_view der, std::size_t half) {
    const auto* next = reinterpret_cast<const unsigned char*>(der.data());
    const EcdsaSigPtr signature(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
    Bytes raw(2 * half);
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), static_cast<int>(half));
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + half, static_cast<int>(half));
    return raw;
}

TEST(Proof, AnRsaSignatureVerifiesAndNoOther) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    const std::string signature =
        made_of(message, "pkeyutl -sign -rawin -digest sha256 -in input -inkey RSA-2048.pem");
    EXPECT_TRUE(verifies_rsa_sha256(key, as_bytes(message), as_bytes(signature)));
    EXPECT_FALSE(verifies_rsa_sha256(key, as_bytes("other words"), as_bytes(signature)));
    EXPECT_FALSE(verifies_rsa_sha256(key, as_bytes(message), as_bytes(signature).first(255)));
    EXPECT_FALSE(verifies_rsa_sha256(key, as_bytes(message), {}));
}

TEST(Proof, AnEcdsaSignatureVerifiesOnEveryCurveAndNoOther) {
    const Bytes digest = sha256(as_bytes(message));
    constexpr std::array<std::pair<const char*, std::size_t>, 4> curves{
        {{"P-256", 32}, {"P-384", 48}, {"P-521", 66}, {"secp256k1", 32}}};
    for (const auto& [name, half] : curves) {
        SCOPED_TRACE(name);
        const auto key = public_key<EcPublicKey>(name);
        Bytes signature = raw_signature(
            made_of(octets_of(digest), "pkeyutl -sign -in input -inkey " + std::string(name) + ".pem"), half);
        EXPECT_TRUE(verifies_ecdsa(key, digest, signature));
        EXPECT_FALSE(verifies_ecdsa(key, sha256(digest), signature));
        EXPECT_FALSE(verifies_ecdsa(key, digest, ByteView(signature).first(signature.size() - 1)));
        EXPECT_FALSE(verifies_ecdsa(key, digest, Bytes(2 * half)));
        signature.back() ^= 1U;
        EXPECT_FALSE(verifies_ecdsa(key, digest, signature));
    }
}

TEST(Proof, AnEd25519SignatureVerifiesAndNoOther) {
    const auto key = public_key<Ed25519PublicKey>("Ed25519");
    const std::string signature = made_of(message, "pkeyutl -sign -rawin -in input -inkey Ed25519.pem");
    EXPECT_TRUE(verifies_ed25519(key, as_bytes(message), as_bytes(signature)));
    EXPECT_FALSE(verifies_ed25519(key, as_bytes("other words"), as_bytes(signature)));
    EXPECT_FALSE(verifies_ed25519(key, as_bytes(message), as_bytes(signature).first(63)));
}

TEST(Proof, WhatIsEncryptedToAnRsaKeyItsPrivateHalfOpens) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    const std::string decrypt = "pkeyutl -decrypt -in input -inkey RSA-2048.pem -pkeyopt rsa_padding_mode:";
    EXPECT_EQ(made_of(octets_of(encrypt_oaep_sha1(key, as_bytes(message))), decrypt + "oaep"), message);
    EXPECT_EQ(made_of(octets_of(encrypt_rsa_pkcs1(key, as_bytes(message))), decrypt + "pkcs1"), message);
}

TEST(Proof, AMessageTooLongForTheKeyThrows) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    EXPECT_THROW(encrypt_oaep_sha1(key, Bytes(215)), std::runtime_error);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Proof, ARefusedSignatureLeavesNothingInOpensslsErrorQueue) {
    EXPECT_FALSE(verifies_rsa_sha256(public_key<RsaPublicKey>("RSA-2048"), as_bytes(message), Bytes(256)));
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

}  // namespace
}  // namespace keyward::keys::testing
