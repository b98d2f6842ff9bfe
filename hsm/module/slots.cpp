#include "hsm/module/slots.hpp"

#include <algorithm>

#include "hsm/cryptoki/bounds.hpp"
#include "hsm/cryptoki/errors.hpp"

namespace keyward::hsm {
namespace {

std::vector<CK_SLOT_ID> slots(const Functions& p11, CK_BBOOL with_token) {
    const auto get = [&](CK_SLOT_ID* list, CK_ULONG* count) {
        return p11.C_GetSlotList(with_token, list, count);
    };
    return read_list<CK_SLOT_ID>("C_GetSlotList", get);
}

bool can_read(const Functions& p11, CK_SLOT_ID slot) {
    CK_SLOT_INFO info{};
    if (p11.C_GetSlotInfo(slot, &info) != CKR_OK) return false;
    if ((info.flags & CKF_TOKEN_PRESENT) == 0) return true;
    CK_TOKEN_INFO token{};
    const CK_RV value = p11.C_GetTokenInfo(slot, &token);
    return value == CKR_OK || value == CKR_TOKEN_NOT_PRESENT || value == CKR_TOKEN_NOT_RECOGNIZED;
}

}  // namespace

bool RawToken::operator==(const RawToken& other) const {
    return slot == other.slot && initialised == other.initialised && identity.label == other.identity.label &&
           identity.serial == other.identity.serial && identity.manufacturer == other.identity.manufacturer &&
           identity.model == other.identity.model;
}

RawTokens raw_tokens(const Functions& p11) {
    RawTokens raw;
    for (const CK_SLOT_ID slot : slots(p11, CK_TRUE)) {
        CK_TOKEN_INFO info{};
        if (const CK_RV value = p11.C_GetTokenInfo(slot, &info); value != CKR_OK) {
            if (raw.unreadable == CKR_OK) raw.unreadable = value;
            continue;
        }
        raw.tokens.push_back({slot,
                              (info.flags & CKF_TOKEN_INITIALIZED) != 0,
                              {text_of_field(info.label), text_of_field(info.serialNumber),
                               text_of_field(info.manufacturerID), text_of_field(info.model)}});
    }
    return raw;
}

bool can_read_all_slots(const Functions& p11) {
    try {
        return std::ranges::all_of(slots(p11, CK_FALSE),
                                   [&](CK_SLOT_ID slot) { return can_read(p11, slot); });
    } catch (const TokenError&) {
        return false;
    }
}

}  // namespace keyward::hsm
