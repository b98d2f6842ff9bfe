#include "hsm/cryptoki/mechanism_parameters.hpp"

#include <algorithm>

#include "hsm/cryptoki/digest_codes.hpp"

namespace keyward::hsm {
namespace {

// Cryptoki's pointers are not const, although parameters are only read (PKCS#11 2.40 section 5.8).
CK_BYTE* unconst(ByteView octets) {
    return const_cast<CK_BYTE*>(octets.data());
}

/// The counter has all 128 bits of the block (PKCS#11 3.0 section 2.12.3).
CK_AES_CTR_PARAMS ctr_parameters(ByteView block) {
    CK_AES_CTR_PARAMS parameters{128, {}};
    std::ranges::copy(block.first(std::min(block.size(), sizeof parameters.cb)), parameters.cb);
    return parameters;
}

/// MGF1 with the same hash, and a salt of the hash's length (PKCS#11 3.0 section 2.1.10).
CK_RSA_PKCS_PSS_PARAMS pss_parameters(Digest digest) {
    const DigestCode& code = code_of(digest);
    return {code.mechanism, code.mask, size_of(digest)};
}

template <typename Parameters>
void point_to(CK_MECHANISM& mechanism, Parameters& parameters) {
    mechanism.pParameter = &parameters;
    mechanism.ulParameterLen = sizeof parameters;
}

}  // namespace

CK_GCM_PARAMS gcm_parameters(ByteView iv, ByteView aad) {
    return {unconst(iv), iv.size(), 8 * iv.size(), unconst(aad), aad.size(), 8 * gcm_tag_size};
}

CK_RSA_PKCS_OAEP_PARAMS oaep_parameters(Digest hash) {
    const DigestCode& code = code_of(hash);
    return {code.mechanism, code.mask, CKZ_DATA_SPECIFIED, nullptr, 0};
}

MechanismParameters::MechanismParameters(CK_MECHANISM_TYPE code, const CryptoRequest& operation)
    : mechanism_{code, nullptr, 0} {
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

}  // namespace keyward::hsm
