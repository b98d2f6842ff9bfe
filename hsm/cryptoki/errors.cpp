#include "hsm/cryptoki/errors.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <sstream>

#include "base/log.hpp"
#include "hsm/cryptoki/cryptoki.hpp"

namespace keyward::hsm {
namespace {

constexpr CK_RV aead_decrypt_failed = 0x42;  // CKR_AEAD_DECRYPT_FAILED of PKCS#11 3.0

constexpr auto meanings = [] {
    using enum TokenFault;
    return std::to_array<RvInfo>({
        {CKR_HOST_MEMORY, "CKR_HOST_MEMORY", unreachable, "the module is out of memory"},
        {CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", unreachable, "its slot is gone"},
        {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", unreachable, "the module reports a general error"},
        {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", unreachable,
         "the module could not do what it was asked"},
        {CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD", refused, "it does not accept the arguments of the call"},
        {CKR_CANT_LOCK, "CKR_CANT_LOCK", unreachable, "the module can't be used by several threads"},
        {CKR_ATTRIBUTE_READ_ONLY, "CKR_ATTRIBUTE_READ_ONLY", refused,
         "one of the attributes may not be set there"},
        {CKR_ATTRIBUTE_TYPE_INVALID, "CKR_ATTRIBUTE_TYPE_INVALID", refused,
         "it does not know one of the attributes"},
        {CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID", refused,
         "it does not accept the value of one of the attributes"},
        {CKR_ACTION_PROHIBITED, "CKR_ACTION_PROHIBITED", refused, "its policy prohibits it"},
        {CKR_DATA_INVALID, "CKR_DATA_INVALID", refused, "it does not accept the data"},
        {CKR_DATA_LEN_RANGE, "CKR_DATA_LEN_RANGE", refused, "it does not accept data of this length"},
        {CKR_ENCRYPTED_DATA_INVALID, "CKR_ENCRYPTED_DATA_INVALID", refused, "it can't open the ciphertext"},
        {CKR_ENCRYPTED_DATA_LEN_RANGE, "CKR_ENCRYPTED_DATA_LEN_RANGE", refused,
         "it does not accept a ciphertext of this length"},
        {aead_decrypt_failed, "CKR_AEAD_DECRYPT_FAILED", refused, "it can't open the ciphertext"},
        {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", unreachable, "the device reports an error"},
        {CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY", full, "it has no room for more objects"},
        {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", unreachable, "the device was removed"},
        {CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED", refused,
         "it does not offer this function"},
        {CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID", refused, "the key that it made can't be used"},
        {CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE", refused, "it does not take keys of this size"},
        {CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", refused,
         "its mechanisms do not fit keys of this type"},
        {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED", refused,
         "it does not permit the use that the key is meant for"},
        {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", refused, "it does not offer the mechanism"},
        {CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID", refused,
         "it does not accept the mechanism's parameters"},
        {CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID", unreachable, "the object is gone"},
        {CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE", unreachable,
         "an earlier operation of the session is not finished"},
        {CKR_OPERATION_NOT_INITIALIZED, "CKR_OPERATION_NOT_INITIALIZED", unreachable,
         "the session lost the operation"},
        {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", pin, "it is wrong"},
        {CKR_PIN_INVALID, "CKR_PIN_INVALID", pin, "it has characters that the token does not take"},
        {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE", pin, "it is too long or too short for the token"},
        {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", pin, "it has expired"},
        {CKR_PIN_LOCKED, "CKR_PIN_LOCKED", pin, "it is locked"},
        {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", unreachable, "the session was closed"},
        {CKR_SESSION_COUNT, "CKR_SESSION_COUNT", full, "it has no room for more sessions"},
        {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", unreachable, "the session was lost"},
        {CKR_SESSION_READ_ONLY, "CKR_SESSION_READ_ONLY", unreachable, "the session may not write"},
        {CKR_SESSION_READ_WRITE_SO_EXISTS, "CKR_SESSION_READ_WRITE_SO_EXISTS", unreachable,
         "its security officer is logged in"},
        {CKR_SIGNATURE_INVALID, "CKR_SIGNATURE_INVALID", refused, "a signature does not fit"},
        {CKR_SIGNATURE_LEN_RANGE, "CKR_SIGNATURE_LEN_RANGE", refused, "a signature has the wrong length"},
        {CKR_TEMPLATE_INCOMPLETE, "CKR_TEMPLATE_INCOMPLETE", refused,
         "it asks for more attributes than we give"},
        {CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT", refused,
         "it does not take this combination of attributes"},
        {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", unreachable, "the token is not in its slot"},
        {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED", unreachable,
         "the slot does not recognise the token"},
        {CKR_TOKEN_WRITE_PROTECTED, "CKR_TOKEN_WRITE_PROTECTED", unreachable, "it is write-protected"},
        {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", unreachable, "the login was lost"},
        {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", pin, "the token has none yet"},
        {CKR_USER_TYPE_INVALID, "CKR_USER_TYPE_INVALID", unreachable, "the token has no such user"},
        {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", unreachable,
         "another user is logged in"},
        {CKR_USER_TOO_MANY_TYPES, "CKR_USER_TOO_MANY_TYPES", unreachable, "too many users are logged in"},
        {CKR_DOMAIN_PARAMS_INVALID, "CKR_DOMAIN_PARAMS_INVALID", refused, "it does not know the curve"},
        {CKR_CURVE_NOT_SUPPORTED, "CKR_CURVE_NOT_SUPPORTED", refused, "it does not support the curve"},
        {CKR_BUFFER_TOO_SMALL, "CKR_BUFFER_TOO_SMALL", refused, "its answer is longer than the key allows"},
        {CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED", unreachable,
         "the module was shut down"},
        {CKR_CRYPTOKI_ALREADY_INITIALIZED, "CKR_CRYPTOKI_ALREADY_INITIALIZED", unreachable,
         "the module is in use already"},
        {CKR_PUBLIC_KEY_INVALID, "CKR_PUBLIC_KEY_INVALID", refused, "it does not accept the public key"},
        {CKR_FUNCTION_REJECTED, "CKR_FUNCTION_REJECTED", refused, "it rejected the call"},
    });
}();

constexpr RvInfo unknown{.value = CKR_VENDOR_DEFINED,
                         .name = "CKR_VENDOR_DEFINED",
                         .fault = TokenFault::unreachable,
                         .words = "the module reports an error of its vendor's own"};

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

constexpr auto own_calls = [] {
    using enum TokenPhase;
    return std::to_array<OwnCall>({
        {"C_GetFunctionList", loading, "The PKCS#11 module can't be loaded"},
        {"C_Initialize", loading, "The PKCS#11 module can't be initialised"},
        {"C_GetInfo", loading, "The PKCS#11 module can't be used"},
        {"C_GetSlotList", binding, "The PKCS#11 module does not list its slots"},
        {"C_GetSlotInfo", binding, "The token does not say what it is"},
        {"C_GetTokenInfo", binding, "The token does not say what it is"},
        {"C_GetMechanismList", binding, "The token does not list its mechanisms"},
        {"C_GetMechanismInfo", operating, "The token does not tell of a mechanism"},
        {"C_OpenSession", opening_session, "The token opens no session"},
        {"C_GetSessionInfo", opening_session, "The session can't be used"},
        {"C_CloseSession", opening_session, "The session can't be closed"},
        {"C_Login", logging_in, "The login to the token fails"},
        {"C_GetAttributeValue", operating, "An object's attributes can't be read"},
        {"C_FindObjectsInit", operating, "The token can't be searched"},
        {"C_FindObjects", operating, "The token can't be searched"},
        {"C_FindObjectsFinal", operating, "The token can't be searched"},
    });
}();

/// Meaning of a value for one call only.
struct SpecialMeaning {
    std::string_view call;
    CK_RV value;
    TokenFault fault;
    std::string_view words;
};

constexpr auto special_meanings = std::to_array<SpecialMeaning>({
    {"C_Initialize", CKR_ARGUMENTS_BAD, TokenFault::unreachable,
     "it does not accept its initialisation arguments: set module_init_args as its manual says"},
    {"C_Initialize", CKR_FUNCTION_NOT_SUPPORTED, TokenFault::unreachable,
     "it does not offer to be; the server that it stands for may be missing"},
    // CloudHSM returns this when the session limit is reached. The arguments of this call never vary.
    {"C_OpenSession", CKR_ARGUMENTS_BAD, TokenFault::full,
     "it takes no further session, or not with these arguments"},
});

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

bool is_one_of(CK_RV value, std::initializer_list<CK_RV> values) {
    return std::ranges::find(values, value) != values.end();
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
        return {
            .phase = TokenPhase::operating, .fault = fault, .text = sentence(opening(fault), meaning.words)};
    }
    const bool is_special = special != special_meanings.end();
    const TokenFault fault = is_special ? special->fault : own_fault(meaning.fault, own->phase);
    return {.phase = own->phase,
            .fault = fault,
            .text = sentence(fault == TokenFault::unreachable ? own->opening : opening(fault),
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
    return is_one_of(value, {CKR_OBJECT_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID});
}

bool is_not_offered(CK_RV value) {
    return is_one_of(value, {CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD,
                             CKR_FUNCTION_NOT_SUPPORTED});
}

bool is_about_input(CK_RV value) {
    return names_wrong_ciphertext(value) ||
           is_one_of(value, {CKR_DATA_INVALID, CKR_DATA_LEN_RANGE, CKR_ARGUMENTS_BAD});
}

bool names_wrong_ciphertext(CK_RV value) {
    return is_one_of(value, {CKR_ENCRYPTED_DATA_INVALID, CKR_ENCRYPTED_DATA_LEN_RANGE, aead_decrypt_failed});
}

bool is_lost_session(CK_RV value) {
    return is_one_of(value, {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_DEVICE_REMOVED,
                             CKR_DEVICE_ERROR, CKR_TOKEN_NOT_PRESENT, CKR_CRYPTOKI_NOT_INITIALIZED});
}

TokenError restated(const TokenError& error, TokenFault fault) {
    const std::string_view text = error.what();
    if (!text.starts_with(opening(error.fault())))
        return {fault, error.what(), error.call(), error.code(), error.phase()};
    const auto* const found = std::ranges::find(meanings, error.code(), &RvInfo::name);
    const RvInfo& meaning = found == meanings.end() ? unknown : *found;
    return {fault, sentence(opening(fault), meaning.words), error.call(), error.code(), error.phase()};
}

void check(std::string_view call, CK_RV value, Place place) {
    if (value == CKR_OK) return;
    const Failure failure = failure_of(call, value);
    fail(call, value, failure.fault, failure.text, failure.phase, place);
}

}  // namespace keyward::hsm
