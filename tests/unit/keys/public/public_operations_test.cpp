#include "keys/public/public_operations.hpp"

#include <array>
#include <stdexcept>

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "crypto/openssl_ptr.hpp"
#include "keys/public/ecdsa_signature.hpp"
#include "keys/public/fingerprint.hpp"
#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

const std::string message = "the words that a token signs";

template <typename Key>
Key public_key(const std::string& name) {
    return std::get<Key>(public_key_from_pem(sample_key(name).format("SPKI PEM")));
}

/// The openssl command's name of it.
std::string name_of(Digest digest) {
    static constexpr std::array names{"sha1", "sha224", "sha256", "sha384", "sha512"};
    return names.at(static_cast<std::size_t>(digest));
}

/// What `openssl pkeyutl …` makes of the input; the keys of the samples lie in the same folder.
std::string made_of(ByteView input, const std::string& arguments) {
    openssl_folder().write("input", octets_of(input));
    return openssl_folder().made_by("pkeyutl -in input -out output " + arguments, "output");
}

std::string rsa_signature(Digest digest, ByteView value, const std::string& options) {
    return made_of(value,
                   "-sign -inkey RSA-2048.pem -pkeyopt digest:" + name_of(digest) + " -pkeyopt " + options);
}

const std::string pss = "rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:";

TEST(PublicOperations, APkcs1SignatureVerifiesWithEveryDigestAndNoOther) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    for (const Digest digest : all_digests()) {
        SCOPED_TRACE(to_string(digest));
        const Bytes value = digest_of(digest, as_bytes(message));
        const std::string signature = rsa_signature(digest, value, "rsa_padding_mode:pkcs1");
        EXPECT_TRUE(verifies_rsa_pkcs1(key, digest, value, as_bytes(signature)));
        EXPECT_FALSE(
            verifies_rsa_pkcs1(key, digest, digest_of(digest, as_bytes("other")), as_bytes(signature)));
        EXPECT_FALSE(verifies_rsa_pss(key, digest, value, as_bytes(signature)));
    }
}

TEST(PublicOperations, APssSignatureVerifiesWithEveryDigestAndNoOther) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    for (const Digest digest : all_digests()) {
        SCOPED_TRACE(to_string(digest));
        const Bytes value = digest_of(digest, as_bytes(message));
        const std::string signature = rsa_signature(digest, value, pss + "digest");
        EXPECT_TRUE(verifies_rsa_pss(key, digest, value, as_bytes(signature)));
        EXPECT_FALSE(
            verifies_rsa_pss(key, digest, digest_of(digest, as_bytes("other")), as_bytes(signature)));
        EXPECT_FALSE(verifies_rsa_pkcs1(key, digest, value, as_bytes(signature)));
    }
}

TEST(PublicOperations, APssSaltOfAnotherLengthThanTheDigestsDoesNotVerify) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    const Bytes value = digest_of(Digest::sha256, as_bytes(message));
    for (const std::string length : {"0", "20", "31", "33", "max"}) {
        SCOPED_TRACE(length);
        EXPECT_FALSE(verifies_rsa_pss(key, Digest::sha256, value,
                                      as_bytes(rsa_signature(Digest::sha256, value, pss + length))));
    }
}

TEST(PublicOperations, APssMaskOfAnotherHashDoesNotVerify) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    const Bytes value = digest_of(Digest::sha256, as_bytes(message));
    const std::string signature =
        rsa_signature(Digest::sha256, value, pss + "digest -pkeyopt rsa_mgf1_md:sha1");
    EXPECT_FALSE(verifies_rsa_pss(key, Digest::sha256, value, as_bytes(signature)));
}

using VerifiesRsa = bool (*)(const RsaPublicKey&, Digest, ByteView, ByteView);

TEST(PublicOperations, AnRsaSignatureOfAnotherLengthOrDigestDoesNotVerify) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    const Bytes value = digest_of(Digest::sha256, as_bytes(message));
    const std::array<std::pair<VerifiesRsa, std::string>, 2> schemes{
        {{verifies_rsa_pkcs1, "rsa_padding_mode:pkcs1"}, {verifies_rsa_pss, pss + "digest"}}};
    for (const auto& [verifies, options] : schemes) {
        SCOPED_TRACE(options);
        const std::string signature = rsa_signature(Digest::sha256, value, options);
        const ByteView octets = as_bytes(signature);
        ASSERT_TRUE(verifies(key, Digest::sha256, value, octets));
        EXPECT_FALSE(verifies(key, Digest::sha256, value, octets.first(255)));
        EXPECT_FALSE(verifies(key, Digest::sha256, value, as_bytes(signature + '\0')));
        EXPECT_FALSE(verifies(key, Digest::sha256, value, as_bytes('\0' + signature)));
        EXPECT_FALSE(verifies(key, Digest::sha256, value, {}));
        EXPECT_FALSE(verifies(key, Digest::sha256, value, Bytes(256)));
        EXPECT_FALSE(verifies(key, Digest::sha256, value, Bytes(256, 0xFF)));
        EXPECT_FALSE(verifies(key, Digest::sha256, value, key.modulus));
        EXPECT_FALSE(verifies(key, Digest::sha384, value, octets));
        EXPECT_FALSE(verifies(key, Digest::sha256, ByteView(value).first(31), octets));
        EXPECT_FALSE(verifies(key, Digest::sha256, {}, octets));
        EXPECT_EQ(ERR_peek_error(), 0U);
    }
}

/// A PSS signature that begins with an octet of zero: one in 256.
Bytes signature_with_a_leading_zero(ByteView value) {
    const PkeyPtr key = private_handle("RSA-2048");
    const PkeyCtxPtr context(EVP_PKEY_CTX_new(key.get(), nullptr));
    require(EVP_PKEY_sign_init(context.get()) == 1);
    require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1);
    require(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1);
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
    Bytes signature(256);
    do {
        std::size_t size = signature.size();
        require(EVP_PKEY_sign(context.get(), signature.data(), &size, value.data(), value.size()) == 1);
    } while (signature.front() != 0);
    return signature;
}

TEST(PublicOperations, AnRsaSignatureWithoutItsLeadingZeroDoesNotVerify) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    const Bytes value = digest_of(Digest::sha256, as_bytes(message));
    const Bytes signature = signature_with_a_leading_zero(value);
    EXPECT_TRUE(verifies_rsa_pss(key, Digest::sha256, value, signature));
    EXPECT_FALSE(verifies_rsa_pss(key, Digest::sha256, value, ByteView(signature).subspan(1)));
}

TEST(PublicOperations, AnEcdsaSignatureVerifiesOnEveryCurveAndNoOther) {
    const Bytes digest = sha256(as_bytes(message));
    constexpr std::array<std::pair<const char*, std::size_t>, 4> curves{
        {{"P-256", 32}, {"P-384", 48}, {"P-521", 66}, {"secp256k1", 32}}};
    for (const auto& [name, half] : curves) {
        SCOPED_TRACE(name);
        const auto key = public_key<EcPublicKey>(name);
        const std::string der = made_of(digest, "-sign -inkey " + std::string(name) + ".pem");
        Bytes signature = ecdsa_raw_from_der(as_bytes(der), half).value();
        EXPECT_EQ(octets_of(ecdsa_der_from_raw(signature)), der);
        EXPECT_TRUE(verifies_ecdsa(key, digest, signature));
        EXPECT_FALSE(verifies_ecdsa(key, sha256(digest), signature));
        EXPECT_FALSE(verifies_ecdsa(key, digest, ByteView(signature).first(signature.size() - 1)));
        EXPECT_FALSE(verifies_ecdsa(key, digest, {}));
        EXPECT_FALSE(verifies_ecdsa(key, digest, Bytes(2 * half)));
        EXPECT_FALSE(verifies_ecdsa(key, digest, Bytes(2 * half, 0xFF)));
        signature.back() ^= 1U;
        EXPECT_FALSE(verifies_ecdsa(key, digest, signature));
        EXPECT_EQ(ERR_peek_error(), 0U);
    }
}

TEST(PublicOperations, AnEd25519SignatureVerifiesAndNoOther) {
    const auto key = public_key<Ed25519PublicKey>("Ed25519");
    const std::string signature = made_of(as_bytes(message), "-sign -rawin -inkey Ed25519.pem");
    EXPECT_TRUE(verifies_ed25519(key, as_bytes(message), as_bytes(signature)));
    EXPECT_FALSE(verifies_ed25519(key, as_bytes("other words"), as_bytes(signature)));
    EXPECT_FALSE(verifies_ed25519(key, as_bytes(message), as_bytes(signature).first(63)));
    EXPECT_FALSE(verifies_ed25519(key, as_bytes(message), {}));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

std::string opened(ByteView ciphertext, const std::string& options) {
    return made_of(ciphertext, "-decrypt -inkey RSA-2048.pem -pkeyopt rsa_padding_mode:" + options);
}

TEST(PublicOperations, WhatOaepEncryptsThePrivateHalfOpensWithEveryHash) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    for (const Digest hash : all_digests()) {
        SCOPED_TRACE(to_string(hash));
        const std::string options =
            "oaep -pkeyopt rsa_oaep_md:" + name_of(hash) + " -pkeyopt rsa_mgf1_md:" + name_of(hash);
        const Bytes longest(longest_oaep_message(2048, hash), 0x4B);
        EXPECT_EQ(opened(encrypt_rsa_oaep(key, hash, as_bytes(message)), options), message);
        EXPECT_EQ(opened(encrypt_rsa_oaep(key, hash, longest), options), octets_of(longest));
        EXPECT_EQ(opened(encrypt_rsa_oaep(key, hash, {}), options), "");
    }
}

TEST(PublicOperations, WhatPkcs1EncryptsThePrivateHalfOpens) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    const Bytes longest(longest_pkcs1_message(2048), 0x4B);
    EXPECT_EQ(opened(encrypt_rsa_pkcs1(key, as_bytes(message)), "pkcs1"), message);
    EXPECT_EQ(opened(encrypt_rsa_pkcs1(key, longest), "pkcs1"), octets_of(longest));
}

TEST(PublicOperations, AMessageTooLongForTheKeyThrowsAndLeavesNoErrorBehind) {
    const auto key = public_key<RsaPublicKey>("RSA-2048");
    for (const Digest hash : all_digests())
        EXPECT_THROW(encrypt_rsa_oaep(key, hash, Bytes(longest_oaep_message(2048, hash) + 1)),
                     std::runtime_error)
            << to_string(hash);
    EXPECT_THROW(encrypt_rsa_pkcs1(key, Bytes(longest_pkcs1_message(2048) + 1)), std::runtime_error);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PublicOperations, TheLongestMessageFollowsFromModulusAndHash) {
    EXPECT_EQ(longest_oaep_message(2048, Digest::sha1), 214U);
    EXPECT_EQ(longest_oaep_message(2048, Digest::sha512), 126U);
    EXPECT_EQ(longest_oaep_message(2047, Digest::sha1), 214U);
    EXPECT_EQ(longest_oaep_message(2049, Digest::sha1), 215U);
    EXPECT_EQ(longest_oaep_message(1024, Digest::sha512), 0U);
    EXPECT_EQ(longest_pkcs1_message(2048), 245U);
    EXPECT_EQ(longest_pkcs1_message(64), 0U);
}

TEST(PublicKeyFromPem, EveryKindIsReadAgain) {
    for (const SampleKey& key : sample_keys()) {
        SCOPED_TRACE(key.name);
        const std::string& pem = key.format("SPKI PEM");
        EXPECT_EQ(public_key_pem(public_key_from_pem(pem)), pem);
    }
}

TEST(PublicKeyFromPem, AKeyShorterThanThePolicyOfTodayIsRead) {
    const auto& folder = openssl_folder();
    folder.run("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out short.pem");
    const std::string pem = folder.made_by("pkey -pubout -in short.pem -out made", "made");
    EXPECT_EQ(std::get<RsaPublicKey>(public_key_from_pem(pem)).modulus.size(), 128U);
}

std::string refusal_of(const std::string& pem) {
    try {
        public_key_from_pem(pem);
        return "was read";
    } catch (const std::runtime_error& refusal) {
        return refusal.what();
    }
}

TEST(PublicKeyFromPem, WhatIsNotOnePublicKeyThrows) {
    const std::string pem = sample_key("P-256").format("SPKI PEM");
    const std::string no_block = "The public key that was stored is not one block of PUBLIC KEY";
    EXPECT_EQ(refusal_of(""), no_block);
    EXPECT_EQ(refusal_of(pem + pem), no_block);
    EXPECT_EQ(refusal_of(sample_key("P-256").format("PKCS#8 PEM")), no_block);
    EXPECT_EQ(refusal_of(sample_key("P-256").format("certificate PEM")), no_block);
    EXPECT_EQ(refusal_of("-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"),
              "The public key that was stored is damaged: the SubjectPublicKeyInfo is not the DER that was "
              "expected; export the key again");
}

}  // namespace
}  // namespace keyward::keys::testing
