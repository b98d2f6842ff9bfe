#include "hsm/module/token_locator.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "hsm/cryptoki/bounds.hpp"
#include "hsm/cryptoki/errors.hpp"

namespace keyward::hsm {
namespace {

[[noreturn]] void throw_swapped(const WantedToken& wanted, const FoundToken& found) {
    log::error("token.swapped",
               {{"label", wanted.label}, {"serial", found.identity.serial}, {"expected", wanted.serial}});
    throw TokenError(TokenFault::unreachable,
                     "The token in place is not the one that this service found first: it has the same label "
                     "and another serial number; put the right token back or restart",
                     {}, {}, TokenPhase::binding);
}

[[noreturn]] void throw_ambiguous() {
    throw TokenError(TokenFault::unreachable,
                     "The token can't be told from others: several have the configured label; token_serial "
                     "must pin one",
                     {}, {}, TokenPhase::binding);
}

[[noreturn]] void throw_absent(CK_RV unreadable) {
    if (unreadable != CKR_OK) throw TokenAbsent(error_of("C_GetTokenInfo", unreadable));
    throw TokenAbsent(TokenError(TokenFault::unreachable,
                                 "The token can't be reached: the module shows no token with the configured "
                                 "label and serial number",
                                 {}, {}, TokenPhase::binding));
}

}  // namespace

FoundToken locate_token(Module& module, const Module::UseGuard& use, const WantedToken& wanted) {
    auto [tokens, unreadable] = module.tokens(use);
    const std::size_t all = tokens.size();
    for (FoundToken& token : tokens)
        token.identity.serial_is_shared = std::ranges::count_if(tokens, [&](const FoundToken& other) {
                                              return other.identity.serial == token.identity.serial;
                                          }) > 1;
    if (!wanted.label.empty())
        std::erase_if(tokens, [&](const FoundToken& token) { return token.identity.label != wanted.label; });
    const std::vector<FoundToken> of_the_label = tokens;
    if (!wanted.serial.empty())
        std::erase_if(tokens,
                      [&](const FoundToken& token) { return token.identity.serial != wanted.serial; });
    if (tokens.size() == 1) return std::move(tokens.front());
    if (wanted.found_before && tokens.empty() && !of_the_label.empty())
        throw_swapped(wanted, of_the_label.front());
    log::warn("token.not_bound", {{"label", wanted.label},
                                  {"serial", wanted.serial},
                                  {"matches", tokens.size()},
                                  {"tokens", all},
                                  {"code", unreadable == CKR_OK ? "" : name_of(unreadable)}});
    if (!tokens.empty()) throw_ambiguous();
    throw_absent(unreadable);
}

bool is_in_place(const Module::UseGuard& use, const FoundToken& token) {
    CK_TOKEN_INFO info{};
    check("C_GetTokenInfo", use.p11().C_GetTokenInfo(token.slot, &info));
    return text_of_field(info.serialNumber) == token.identity.serial;
}

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
