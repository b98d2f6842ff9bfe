#include "hsm/cryptoki/mechanism_codes.hpp"

#include <algorithm>
#include <array>

namespace keyward::hsm {
namespace {

using enum DigestForm;
constexpr CK_FLAGS both_ways = CKF_ENCRYPT | CKF_DECRYPT;

constexpr std::array table{
    MechanismCode{"AES-GCM", CKM_AES_GCM, CKM_AES_GCM, none, both_ways},
    MechanismCode{"AES-CBC-PAD", CKM_AES_CBC_PAD, CKM_AES_CBC_PAD, none, both_ways},
    MechanismCode{"AES-CTR", CKM_AES_CTR, CKM_AES_CTR, none, both_ways},
    MechanismCode{"AES-ECB", CKM_AES_ECB, CKM_AES_ECB, none, both_ways},
    MechanismCode{"AES-CMAC", CKM_AES_CMAC, CKM_AES_CMAC, none, CKF_SIGN},
    MechanismCode{"DES-CBC-PAD", CKM_DES_CBC_PAD, CKM_DES_CBC_PAD, none, both_ways},
    MechanismCode{"DES3-CBC-PAD", CKM_DES3_CBC_PAD, CKM_DES3_CBC_PAD, none, both_ways},
    MechanismCode{"SHA-1-HMAC", CKM_SHA_1_HMAC, CKM_SHA_1_HMAC, none, CKF_SIGN},
    MechanismCode{"SHA224-HMAC", CKM_SHA224_HMAC, CKM_SHA224_HMAC, none, CKF_SIGN},
    MechanismCode{"SHA256-HMAC", CKM_SHA256_HMAC, CKM_SHA256_HMAC, none, CKF_SIGN},
    MechanismCode{"SHA384-HMAC", CKM_SHA384_HMAC, CKM_SHA384_HMAC, none, CKF_SIGN},
    MechanismCode{"SHA512-HMAC", CKM_SHA512_HMAC, CKM_SHA512_HMAC, none, CKF_SIGN},
    MechanismCode{"SHA256-RSA-PKCS", CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS, info, CKF_SIGN},
    MechanismCode{"SHA384-RSA-PKCS", CKM_SHA384_RSA_PKCS, CKM_RSA_PKCS, info, CKF_SIGN},
    MechanismCode{"SHA512-RSA-PKCS", CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS, info, CKF_SIGN},
    MechanismCode{"SHA256-RSA-PKCS-PSS", CKM_SHA256_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, whole, CKF_SIGN},
    MechanismCode{"SHA384-RSA-PKCS-PSS", CKM_SHA384_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, whole, CKF_SIGN},
    MechanismCode{"SHA512-RSA-PKCS-PSS", CKM_SHA512_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, whole, CKF_SIGN},
    MechanismCode{"RSA-PKCS-OAEP", CKM_RSA_PKCS_OAEP, CKM_RSA_PKCS_OAEP, none, CKF_DECRYPT},
    MechanismCode{"RSA-PKCS", CKM_RSA_PKCS, CKM_RSA_PKCS, none, CKF_DECRYPT},
    MechanismCode{"ECDSA-SHA256", CKM_ECDSA_SHA256, CKM_ECDSA, leftmost, CKF_SIGN},
    MechanismCode{"ECDSA-SHA384", CKM_ECDSA_SHA384, CKM_ECDSA, leftmost, CKF_SIGN},
    MechanismCode{"ECDSA-SHA512", CKM_ECDSA_SHA512, CKM_ECDSA, leftmost, CKF_SIGN},
    MechanismCode{"EDDSA", CKM_EDDSA, CKM_EDDSA, none, CKF_SIGN},
};

}  // namespace

std::span<const MechanismCode> mechanism_codes() {
    return table;
}

const MechanismCode& code_of(std::string_view name) {
    return *std::ranges::find(table, name, &MechanismCode::name);
}

}  // namespace keyward::hsm
