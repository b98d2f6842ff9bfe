#include "hsm/cryptoki/errors.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "base/log.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {
namespace {

constexpr CK_RV aead_decrypt_failed = 0x42;  // CKR_AEAD_DECRYPT_FAILED of PKCS#11 3.0

constexpr std::array meanings{
    RvInfo{CKR_HOST_MEMORY, "CKR_HOST_MEMORY", TokenFault::unreachable, "the module is out of memory"},
    RvInfo{CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", TokenFault::unreachable, "its slot is gone"},
    RvInfo{CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", TokenFault::unreachable,
           "the module reports a general error"},
    RvInfo{CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", TokenFault::unreachable,
           "the module could not do what it was asked"},
    RvInfo{CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD", TokenFault::refused,
           "it does not accept the arguments of the call"},
    RvInfo{CKR_CANT_LOCK, "CKR_CANT_LOCK", TokenFault::unreachable,
           "the module can't be used by several threads"},
    RvInfo{CKR_ATTRIBUTE_READ_ONLY, "CKR_ATTRIBUTE_READ_ONLY", TokenFault::refused,
           "one of the attributes may not be set there"},
    RvInfo{CKR_ATTRIBUTE_TYPE_INVALID, "CKR_ATTRIBUTE_TYPE_INVALID", TokenFault::refused,
           "it does not know one of the attributes"},
    RvInfo{CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID", TokenFault::refused,
           "it does not accept the value of one of the attributes"},
    RvInfo{CKR_ACTION_PROHIBITED, "CKR_ACTION_PROHIBITED", TokenFault::refused, "its policy prohibits it"},
    RvInfo{CKR_DATA_INVALID, "CKR_DATA_INVALID", TokenFault::refused, "it does not accept the data"},
    RvInfo{CKR_DATA_LEN_RANGE, "CKR_DATA_LEN_RANGE", TokenFault::refused,
           "it does not accept data of this length"},
    RvInfo{CKR_ENCRYPTED_DATA_INVALID, "CKR_ENCRYPTED_DATA_INVALID", TokenFault::refused,
           "it can't open the ciphertext"},
    RvInfo{CKR_ENCRYPTED_DATA_LEN_RANGE, "CKR_ENCRYPTED_DATA_LEN_RANGE", TokenFault::refused,
           "it does not accept a ciphertext of this length"},
    RvInfo{aead_decrypt_failed, "CKR_AEAD_DECRYPT_FAILED", TokenFault::refused,
           "it can't open the ciphertext"},
    RvInfo{CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", TokenFault::unreachable, "the device reports an error"},
    RvInfo{CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY", TokenFault::full, "it has no room for more objects"},
    RvInfo{CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", TokenFault::unreachable, "the device was removed"},
    RvInfo{CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED", TokenFault::refused,
           "it does not offer this function"},
    RvInfo{CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID", TokenFault::refused,
           "the key that it made can't be used"},
    RvInfo{CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE", TokenFault::refused,
           "it does not take keys of this size"},
    RvInfo{CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", TokenFault::refused,
           "its mechanisms do not fit keys of this type"},
    RvInfo{CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED", TokenFault::refused,
           "it does not permit the use that the key is meant for"},
    RvInfo{CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", TokenFault::refused,
           "it does not offer the mechanism"},
    RvInfo{CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID", TokenFault::refused,
           "it does not accept the mechanism's parameters"},
    RvInfo{CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID", TokenFault::unreachable,
           "the object is gone"},
    RvInfo{CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE", TokenFault::unreachable,
           "an earlier operation of the session is not finished"},
    RvInfo{CKR_OPERATION_NOT_INITIALIZED, "CKR_OPERATION_NOT_INITIALIZED", TokenFault::unreachable,
           "the session lost the operation"},
    RvInfo{CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", TokenFault::pin, "it is wrong"},
    RvInfo{CKR_PIN_INVALID, "CKR_PIN_INVALID", TokenFault::pin,
           "it has characters that the token does not take"},
    RvInfo{CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE", TokenFault::pin,
           "it is too long or too short for the token"},
    RvInfo{CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", TokenFault::pin, "it has expired"},
    RvInfo{CKR_PIN_LOCKED, "CKR_PIN_LOCKED", TokenFault::pin, "it is locked"},
    RvInfo{CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", TokenFault::unreachable, "the session was closed"},
    RvInfo{CKR_SESSION_COUNT, "CKR_SESSION_COUNT", TokenFault::full, "it has no room for more sessions"},
    RvInfo{CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", TokenFault::unreachable,
           "the session was lost"},
    RvInfo{CKR_SESSION_READ_ONLY, "CKR_SESSION_READ_ONLY", TokenFault::unreachable,
           "the session may not write"},
    RvInfo{CKR_SESSION_READ_WRITE_SO_EXISTS, "CKR_SESSION_READ_WRITE_SO_EXISTS", TokenFault::unreachable,
           "its security officer is logged in"},
    RvInfo{CKR_SIGNATURE_INVALID, "CKR_SIGNATURE_INVALID", TokenFault::refused, "a signature does not fit"},
    RvInfo{CKR_SIGNATURE_LEN_RANGE, "CKR_SIGNATURE_LEN_RANGE", TokenFault::refused,
           "a signature has the wrong length"},
    RvInfo{CKR_TEMPLATE_INCOMPLETE, "CKR_TEMPLATE_INCOMPLETE", TokenFault::refused,
           "it asks for more attributes than we give"},
    RvInfo{CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT", TokenFault::refused,
           "it does not take this combination of attributes"},
    RvInfo{CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", TokenFault::unreachable,
           "the token is not in its slot"},
    RvInfo{CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED", TokenFault::unreachable,
           "the slot does not recognise the token"},
    RvInfo{CKR_TOKEN_WRITE_PROTECTED, "CKR_TOKEN_WRITE_PROTECTED", TokenFault::unreachable,
           "it is write-protected"},
    RvInfo{CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", TokenFault::unreachable, "the login was lost"},
    RvInfo{CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", TokenFault::pin,
           "the token has none yet"},
    RvInfo{CKR_USER_TYPE_INVALID, "CKR_USER_TYPE_INVALID", TokenFault::unreachable,
           "the token has no such user"},
    RvInfo{CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", TokenFault::unreachable,
           "another user is logged in"},
    RvInfo{CKR_USER_TOO_MANY_TYPES, "CKR_USER_TOO_MANY_TYPES", TokenFault::unreachable,
           "too many users are logged in"},
    RvInfo{CKR_DOMAIN_PARAMS_INVALID, "CKR_DOMAIN_PARAMS_INVALID", TokenFault::refused,
           "it does not know the curve"},
    RvInfo{CKR_CURVE_NOT_SUPPORTED, "CKR_CURVE_NOT_SUPPORTED", TokenFault::refused,
           "it does not support the curve"},
    RvInfo{CKR_BUFFER_TOO_SMALL, "CKR_BUFFER_TOO_SMALL", TokenFault::refused,
           "its answer is longer than the key allows"},
    RvInfo{CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED", TokenFault::unreachable,
           "the module was shut down"},
    RvInfo{CKR_CRYPTOKI_ALREADY_INITIALIZED, "CKR_CRYPTOKI_ALREADY_INITIALIZED", TokenFault::unreachable,
           "the module is in use already"},
    RvInfo{CKR_PUBLIC_KEY_INVALID, "CKR_PUBLIC_KEY_INVALID", TokenFault::refused,
           "it does not accept the public key"},
    RvInfo{CKR_FUNCTION_REJECTED, "CKR_FUNCTION_REJECTED", TokenFault::refused, "it rejected the call"},
};

constexpr RvInfo unknown{CKR_VENDOR_DEFINED, "CKR_VENDOR_DEFINED", TokenFault::unreachable,
                         "the module reports an error of its vendor's own"};

std::string_view opening(TokenFault fault) {
    switch (fault) {
        case TokenFault::refused:
            return "The token refuses the key";
        case TokenFault::mismatch:
        case TokenFault::wrong_value:
            return "The token does not hold what was sent";
        case TokenFault::failed:
            return "The token answers, but this call failed";
        case TokenFault::unreachable:
            return "The token can't be reached";
        case TokenFault::full:
            return "The token is full";
        case TokenFault::pin:
            return "The token refuses the PIN";
        case TokenFault::busy:
            return "The token is busy";
        case TokenFault::missing:
            return "The token does not hold the key";
    }
    return "The token failed";
}

/// A call whose arguments do not come from a request.
struct OwnCall {
    std::string_view call;
    TokenPhase phase;
    std::string_view opening;  ///< start of the error text
};

constexpr std::array own_calls{
    OwnCall{"C_GetFunctionList", TokenPhase::loading, "The PKCS#11 module can't be loaded"},
    OwnCall{"C_Initialize", TokenPhase::loading, "The PKCS#11 module can't be initialised"},
    OwnCall{"C_GetInfo", TokenPhase::loading, "The PKCS#11 module can't be used"},
    OwnCall{"C_GetSlotList", TokenPhase::binding, "The PKCS#11 module does not list its slots"},
    OwnCall{"C_GetSlotInfo", TokenPhase::binding, "The token does not say what it is"},
    OwnCall{"C_GetTokenInfo", TokenPhase::binding, "The token does not say what it is"},
    OwnCall{"C_GetMechanismList", TokenPhase::binding, "The token does not list its mechanisms"},
    OwnCall{"C_GetMechanismInfo", TokenPhase::operating, "The token does not tell of a mechanism"},
    OwnCall{"C_OpenSession", TokenPhase::opening_session, "The token opens no session"},
    OwnCall{"C_GetSessionInfo", TokenPhase::opening_session, "The session can't be used"},
    OwnCall{"C_CloseSession", TokenPhase::opening_session, "The session can't be closed"},
    OwnCall{"C_Login", TokenPhase::logging_in, "The login to the token fails"},
    OwnCall{"C_GetAttributeValue", TokenPhase::operating, "An object's attributes can't be read"},
    OwnCall{"C_FindObjectsInit", TokenPhase::operating, "The token can't be searched"},
    OwnCall{"C_FindObjects", TokenPhase::operating, "The token can't be searched"},
    OwnCall{"C_FindObjectsFinal", TokenPhase::operating, "The token can't be searched"},
};

/// Meaning of a value for one call only.
struct SpecialMeaning {
    std::string_view call;
    CK_RV value;
    TokenFault fault;
    std::string_view words;
};

constexpr std::array special_meanings{
    SpecialMeaning{
        "C_Initialize", CKR_ARGUMENTS_BAD, TokenFault::unreachable,
        "it does not accept its initialisation arguments: set module_init_args as its manual says"},
    SpecialMeaning{"C_Initialize", CKR_FUNCTION_NOT_SUPPORTED, TokenFault::unreachable,
                   "it does not offer to be; the server that it stands for may be missing"},
    // CloudHSM returns this when the session limit is reached. The arguments of this call never vary.
    SpecialMeaning{"C_OpenSession", CKR_ARGUMENTS_BAD, TokenFault::full,
                   "it takes no further session, or not with these arguments"},
};

const OwnCall* own_call(std::string_view call) {
    const auto* const found = std::ranges::find(own_calls, call, &OwnCall::call);
    return found == own_calls.end() ? nullptr : found;
}

/// Maps the table's fault of a value for a call whose arguments do not come from a request.
TokenFault own_fault(TokenFault fault, TokenPhase phase) {
    const bool fits = (fault == TokenFault::pin && phase == TokenPhase::logging_in) ||
                      (fault == TokenFault::full && phase == TokenPhase::opening_session);
    return fits ? fault : TokenFault::unreachable;
}

std::string sentence(std::string_view opening, std::string_view words) {
    return std::string(opening).append(": ").append(words);
}

[[noreturn]] void fail(std::string_view call, CK_RV value, TokenFault fault, const std::string& text,
                       TokenPhase phase, const Place& place) {
    const std::string code = name_of(value);
    log::warn("token.call_failed", {{"label", LogContext::current()},
                                    {"call", call},
                                    {"code", code},
                                    {"file", place.file},
                                    {"line", place.line}});
    throw TokenError(fault, text, std::string(call), code, phase);
}

}  // namespace

const RvInfo& meaning_of(CK_RV value) {
    const auto* const found = std::ranges::find(meanings, value, &RvInfo::value);
    return found == meanings.end() ? unknown : *found;
}

Failure failure_of(std::string_view call, CK_RV value) {
    const RvInfo& meaning = meaning_of(value);
    const auto* const special = std::ranges::find_if(
        special_meanings, [&](const SpecialMeaning& row) { return row.call == call && row.value == value; });
    const OwnCall* const own = own_call(call);
    if (own == nullptr) {
        const TokenFault fault = meaning.fault == TokenFault::pin ? TokenFault::unreachable : meaning.fault;
        return {TokenPhase::operating, fault, sentence(opening(fault), meaning.words)};
    }
    const bool is_special = special != special_meanings.end();
    const TokenFault fault = is_special ? special->fault : own_fault(meaning.fault, own->phase);
    return {own->phase, fault,
            sentence(fault == TokenFault::unreachable ? own->opening : opening(fault),
                     is_special ? special->words : meaning.words)};
}

TokenError error_of(std::string_view call, CK_RV value) {
    Failure failure = failure_of(call, value);
    return {failure.fault, failure.text, std::string(call), name_of(value), failure.phase};
}

std::string name_of(CK_RV value) {
    if (value == CKR_OK) return "CKR_OK";
    const RvInfo& meaning = meaning_of(value);
    if (meaning.value == value) return std::string(meaning.name);
    std::ostringstream text;
    text << "0x" << std::hex << value;
    return text.str();
}

bool is_gone(CK_RV value) {
    return value == CKR_OBJECT_HANDLE_INVALID || value == CKR_KEY_HANDLE_INVALID;
}

bool is_not_offered(CK_RV value) {
    return value == CKR_MECHANISM_INVALID || value == CKR_MECHANISM_PARAM_INVALID ||
           value == CKR_ARGUMENTS_BAD || value == CKR_FUNCTION_NOT_SUPPORTED;
}

bool is_about_input(CK_RV value) {
    return names_wrong_ciphertext(value) || value == CKR_DATA_INVALID || value == CKR_DATA_LEN_RANGE ||
           value == CKR_ARGUMENTS_BAD;
}

bool names_wrong_ciphertext(CK_RV value) {
    return value == CKR_ENCRYPTED_DATA_INVALID || value == CKR_ENCRYPTED_DATA_LEN_RANGE ||
           value == aead_decrypt_failed;
}

bool is_lost_session(CK_RV value) {
    return value == CKR_SESSION_HANDLE_INVALID || value == CKR_SESSION_CLOSED ||
           value == CKR_DEVICE_REMOVED || value == CKR_DEVICE_ERROR || value == CKR_TOKEN_NOT_PRESENT ||
           value == CKR_CRYPTOKI_NOT_INITIALIZED;
}

TokenError restated(const TokenError& error, TokenFault fault) {
    const std::string_view text = error.what();
    if (!text.starts_with(opening(error.fault())))
        return {fault, error.what(), error.call(), error.code(), error.phase()};
    const auto* const found = std::ranges::find(meanings, error.code(), &RvInfo::name);
    const RvInfo& meaning = found == meanings.end() ? unknown : *found;
    return {fault, std::string(opening(fault)).append(": ").append(meaning.words), error.call(), error.code(),
            error.phase()};
}

void check(std::string_view call, CK_RV value, Place place) {
    if (value == CKR_OK) return;
    const Failure failure = failure_of(call, value);
    fail(call, value, failure.fault, failure.text, failure.phase, place);
}

}  // namespace keyward::hsm
