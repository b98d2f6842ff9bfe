#include "hsm/cryptoki/mechanism_codes.hpp"

#include <array>

namespace keyward::hsm {
namespace {

using enum DigestForm;
constexpr CK_FLAGS both_ways = CKF_ENCRYPT | CKF_DECRYPT;

constexpr std::array mechanism_rows{
    MechanismCode{MechanismId::aes_gcm, CKM_AES_GCM, CKM_AES_GCM, none, both_ways},
    MechanismCode{MechanismId::aes_cbc_pad, CKM_AES_CBC_PAD, CKM_AES_CBC_PAD, none, both_ways},
    MechanismCode{MechanismId::aes_ctr, CKM_AES_CTR, CKM_AES_CTR, none, both_ways},
    MechanismCode{MechanismId::aes_ecb, CKM_AES_ECB, CKM_AES_ECB, none, both_ways},
    MechanismCode{MechanismId::aes_cmac, CKM_AES_CMAC, CKM_AES_CMAC, none, CKF_SIGN},
    MechanismCode{MechanismId::des_cbc_pad, CKM_DES_CBC_PAD, CKM_DES_CBC_PAD, none, both_ways},
    MechanismCode{MechanismId::des3_cbc_pad, CKM_DES3_CBC_PAD, CKM_DES3_CBC_PAD, none, both_ways},
    MechanismCode{MechanismId::sha_1_hmac, CKM_SHA_1_HMAC, CKM_SHA_1_HMAC, none, CKF_SIGN},
    MechanismCode{MechanismId::sha224_hmac, CKM_SHA224_HMAC, CKM_SHA224_HMAC, none, CKF_SIGN},
    MechanismCode{MechanismId::sha256_hmac, CKM_SHA256_HMAC, CKM_SHA256_HMAC, none, CKF_SIGN},
    MechanismCode{MechanismId::sha384_hmac, CKM_SHA384_HMAC, CKM_SHA384_HMAC, none, CKF_SIGN},
    MechanismCode{MechanismId::sha512_hmac, CKM_SHA512_HMAC, CKM_SHA512_HMAC, none, CKF_SIGN},
    MechanismCode{MechanismId::sha256_rsa_pkcs, CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS, info, CKF_SIGN},
    MechanismCode{MechanismId::sha384_rsa_pkcs, CKM_SHA384_RSA_PKCS, CKM_RSA_PKCS, info, CKF_SIGN},
    MechanismCode{MechanismId::sha512_rsa_pkcs, CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS, info, CKF_SIGN},
    MechanismCode{MechanismId::sha256_rsa_pkcs_pss, CKM_SHA256_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, whole,
                  CKF_SIGN},
    MechanismCode{MechanismId::sha384_rsa_pkcs_pss, CKM_SHA384_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, whole,
                  CKF_SIGN},
    MechanismCode{MechanismId::sha512_rsa_pkcs_pss, CKM_SHA512_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, whole,
                  CKF_SIGN},
    MechanismCode{MechanismId::rsa_pkcs_oaep, CKM_RSA_PKCS_OAEP, CKM_RSA_PKCS_OAEP, none, CKF_DECRYPT},
    MechanismCode{MechanismId::rsa_pkcs, CKM_RSA_PKCS, CKM_RSA_PKCS, none, CKF_DECRYPT},
    MechanismCode{MechanismId::ecdsa_sha256, CKM_ECDSA_SHA256, CKM_ECDSA, leftmost, CKF_SIGN},
    MechanismCode{MechanismId::ecdsa_sha384, CKM_ECDSA_SHA384, CKM_ECDSA, leftmost, CKF_SIGN},
    MechanismCode{MechanismId::ecdsa_sha512, CKM_ECDSA_SHA512, CKM_ECDSA, leftmost, CKF_SIGN},
    MechanismCode{MechanismId::eddsa, CKM_EDDSA, CKM_EDDSA, none, CKF_SIGN},
};
static_assert(has_a_row_for_each_mechanism(mechanism_rows));

}  // namespace

std::span<const MechanismCode> mechanism_codes() {
    return mechanism_rows;
}

const MechanismCode& code_of(MechanismId id) {
    return mechanism_rows.at(index_of(id));
}

const MechanismCode& code_of(std::string_view name) {
    return code_of(find_mechanism(name)->id);
}

}  // namespace keyward::hsm
