#include "hsm/cryptoki/mechanism_parameters.hpp"

#include <algorithm>
#include <array>

namespace keyward::hsm {
namespace {

// Cryptoki's pointers are not const, although parameters are only read (PKCS#11 2.40 section 5.8).
CK_BYTE* unconst(ByteView octets) {
    return const_cast<CK_BYTE*>(octets.data());
}

/// The counter has all 128 bits of the block (PKCS#11 3.0 section 2.12.3).
CK_AES_CTR_PARAMS ctr_parameters(ByteView block) {
    CK_AES_CTR_PARAMS parameters{.ulCounterBits = 128, .cb = {}};
    std::ranges::copy(block.first(std::min(block.size(), sizeof parameters.cb)), parameters.cb);
    return parameters;
}

/// MGF1 with the same hash, and a salt of the hash's length (PKCS#11 3.0 section 2.1.10).
CK_RSA_PKCS_PSS_PARAMS pss_parameters(Digest digest) {
    const DigestCode& code = code_of(digest);
    return {.hashAlg = code.mechanism, .mgf = code.mask, .sLen = size_of(digest)};
}

template <typename Parameters>
void point_to(CK_MECHANISM& mechanism, Parameters& parameters) {
    mechanism.pParameter = &parameters;
    mechanism.ulParameterLen = sizeof parameters;
}

}  // namespace

CK_GCM_PARAMS gcm_parameters(ByteView iv, ByteView aad) {
    return {.pIv = unconst(iv),
            .ulIvLen = iv.size(),
            .ulIvBits = 8 * iv.size(),
            .pAAD = unconst(aad),
            .ulAADLen = aad.size(),
            .ulTagBits = 8 * gcm_tag_size};
}

CK_RSA_PKCS_OAEP_PARAMS oaep_parameters(Digest hash) {
    const DigestCode& code = code_of(hash);
    return {.hashAlg = code.mechanism,
            .mgf = code.mask,
            .source = CKZ_DATA_SPECIFIED,
            .pSourceData = nullptr,
            .ulSourceDataLen = 0};
}

MechanismParameters::MechanismParameters(CK_MECHANISM_TYPE code, const CryptoRequest& operation)
    : mechanism_{.mechanism = code, .pParameter = nullptr, .ulParameterLen = 0} {
    switch (operation.mechanism->scheme) {
        case Scheme::gcm:
            point_to(mechanism_,
                     parameters_.emplace<CK_GCM_PARAMS>(gcm_parameters(operation.iv, operation.aad)));
            break;
        case Scheme::ctr:
            point_to(mechanism_, parameters_.emplace<CK_AES_CTR_PARAMS>(ctr_parameters(operation.iv)));
            break;
        case Scheme::rsa_pss:
            point_to(mechanism_, parameters_.emplace<CK_RSA_PKCS_PSS_PARAMS>(
                                     pss_parameters(operation.mechanism->digest.value())));
            break;
        case Scheme::rsa_oaep:
            point_to(mechanism_,
                     parameters_.emplace<CK_RSA_PKCS_OAEP_PARAMS>(oaep_parameters(operation.oaep_hash)));
            break;
        case Scheme::cbc_pad:
            mechanism_.pParameter = unconst(operation.iv);
            mechanism_.ulParameterLen = operation.iv.size();
            break;
        case Scheme::ecb:
        case Scheme::mac:
        case Scheme::rsa_pkcs1_signature:
        case Scheme::rsa_pkcs1_cipher:
        case Scheme::ecdsa:
        case Scheme::eddsa:
            break;
    }
}

namespace {

constexpr std::array<std::uint8_t, 15> sha1_head{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E,
                                                 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14};

/// The SHA-2 functions differ in size and in the last octet of their identifier (NIST's hashAlgs arc).
constexpr std::array<std::uint8_t, 19> sha2_head(std::uint8_t arc, std::uint8_t size) {
    const auto whole = static_cast<std::uint8_t>(17 + size);
    return {0x30, whole, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
            0x65, 0x03,  0x04, 0x02, arc,  0x05, 0x00, 0x04, size};
}
constexpr auto sha224_head = sha2_head(4, 28);
constexpr auto sha256_head = sha2_head(1, 32);
constexpr auto sha384_head = sha2_head(2, 48);
constexpr auto sha512_head = sha2_head(3, 64);

constexpr std::array digest_table{
    DigestCode{Digest::sha1, CKM_SHA_1, CKG_MGF1_SHA1, sha1_head},
    DigestCode{Digest::sha224, CKM_SHA224, CKG_MGF1_SHA224, sha224_head},
    DigestCode{Digest::sha256, CKM_SHA256, CKG_MGF1_SHA256, sha256_head},
    DigestCode{Digest::sha384, CKM_SHA384, CKG_MGF1_SHA384, sha384_head},
    DigestCode{Digest::sha512, CKM_SHA512, CKG_MGF1_SHA512, sha512_head},
};

}  // namespace

const DigestCode& code_of(Digest digest) {
    return *std::ranges::find(digest_table, digest, &DigestCode::digest);
}

Bytes digest_info(Digest digest, ByteView value) {
    const ByteView head = code_of(digest).info_head;
    Bytes info(head.begin(), head.end());
    info.insert(info.end(), value.begin(), value.end());
    return info;
}

}  // namespace keyward::hsm
