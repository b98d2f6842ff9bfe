#include "hsm/mechanism_codes.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace keyward::hsm {
namespace {

constexpr CK_FLAGS both_ways = CKF_ENCRYPT | CKF_DECRYPT;

constexpr std::array table{
    MechanismCode{"AES-GCM", CKM_AES_GCM, CKM_AES_GCM, both_ways},
    MechanismCode{"AES-CBC-PAD", CKM_AES_CBC_PAD, CKM_AES_CBC_PAD, both_ways},
    MechanismCode{"AES-CTR", CKM_AES_CTR, CKM_AES_CTR, both_ways},
    MechanismCode{"AES-ECB", CKM_AES_ECB, CKM_AES_ECB, both_ways},
    MechanismCode{"AES-CMAC", CKM_AES_CMAC, CKM_AES_CMAC, CKF_SIGN},
    MechanismCode{"DES-CBC-PAD", CKM_DES_CBC_PAD, CKM_DES_CBC_PAD, both_ways},
    MechanismCode{"DES3-CBC-PAD", CKM_DES3_CBC_PAD, CKM_DES3_CBC_PAD, both_ways},
    MechanismCode{"SHA-1-HMAC", CKM_SHA_1_HMAC, CKM_SHA_1_HMAC, CKF_SIGN},
    MechanismCode{"SHA224-HMAC", CKM_SHA224_HMAC, CKM_SHA224_HMAC, CKF_SIGN},
    MechanismCode{"SHA256-HMAC", CKM_SHA256_HMAC, CKM_SHA256_HMAC, CKF_SIGN},
    MechanismCode{"SHA384-HMAC", CKM_SHA384_HMAC, CKM_SHA384_HMAC, CKF_SIGN},
    MechanismCode{"SHA512-HMAC", CKM_SHA512_HMAC, CKM_SHA512_HMAC, CKF_SIGN},
    MechanismCode{"SHA256-RSA-PKCS", CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS, CKF_SIGN},
    MechanismCode{"SHA384-RSA-PKCS", CKM_SHA384_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKF_SIGN},
    MechanismCode{"SHA512-RSA-PKCS", CKM_SHA512_RSA_PKCS, CKM_SHA512_RSA_PKCS, CKF_SIGN},
    MechanismCode{"SHA256-RSA-PKCS-PSS", CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS, CKF_SIGN},
    MechanismCode{"SHA384-RSA-PKCS-PSS", CKM_SHA384_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS, CKF_SIGN},
    MechanismCode{"SHA512-RSA-PKCS-PSS", CKM_SHA512_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS_PSS, CKF_SIGN},
    MechanismCode{"RSA-PKCS-OAEP", CKM_RSA_PKCS_OAEP, CKM_RSA_PKCS_OAEP, CKF_DECRYPT},
    MechanismCode{"RSA-PKCS", CKM_RSA_PKCS, CKM_RSA_PKCS, CKF_DECRYPT},
    MechanismCode{"ECDSA-SHA256", CKM_ECDSA_SHA256, CKM_ECDSA, CKF_SIGN},
    MechanismCode{"ECDSA-SHA384", CKM_ECDSA_SHA384, CKM_ECDSA, CKF_SIGN},
    MechanismCode{"ECDSA-SHA512", CKM_ECDSA_SHA512, CKM_ECDSA, CKF_SIGN},
    MechanismCode{"EDDSA", CKM_EDDSA, CKM_EDDSA, CKF_SIGN},
};

}  // namespace

std::span<const MechanismCode> mechanism_codes() {
    return table;
}

std::set<std::string> offered_mechanisms(const Functions& p11, CK_SLOT_ID slot) {
    CK_ULONG count = 0;
    check("C_GetMechanismList", p11.C_GetMechanismList(slot, nullptr, &count));
    std::vector<CK_MECHANISM_TYPE> listed(
        count + 1);  // p11-kit-client 0.24.1 reads one beyond the list when it filters it
    check("C_GetMechanismList", p11.C_GetMechanismList(slot, listed.data(), &count));
    listed.resize(count);

    const auto offers = [&](CK_MECHANISM_TYPE code, CK_FLAGS needs) {
        if (std::ranges::find(listed, code) == listed.end()) return false;
        CK_MECHANISM_INFO info{};
        return p11.C_GetMechanismInfo(slot, code, &info) == CKR_OK && (info.flags & needs) == needs;
    };
    std::set<std::string> names;
    for (const MechanismCode& row : table)
        if (offers(row.code, row.needs) || (row.instead != row.code && offers(row.instead, row.needs)))
            names.emplace(row.name);
    return names;
}

}  // namespace keyward::hsm
