#include "hsm/session/session_limit.hpp"

#include <algorithm>

namespace keyward::hsm {

std::size_t session_limit(const Functions& p11, CK_SLOT_ID slot, std::size_t configured) {
    CK_TOKEN_INFO info{};
    check("C_GetTokenInfo", p11.C_GetTokenInfo(slot, &info));
    std::size_t limit = configured;
    for (const CK_ULONG told : {info.ulMaxSessionCount, info.ulMaxRwSessionCount})
        if (told != CK_EFFECTIVELY_INFINITE && told != CK_UNAVAILABLE_INFORMATION)
            limit = std::min<std::size_t>(limit, told);
    return std::max<std::size_t>(limit, 1);
}

bool may_be_too_many_sessions(CK_RV value) {
    return value == CKR_SESSION_COUNT || value == CKR_ARGUMENTS_BAD || value == CKR_DEVICE_MEMORY ||
           value == CKR_HOST_MEMORY;
}

}  // namespace keyward::hsm
