// A PKCS#11 module in front of SoftHSM2. Every call passes through, except those that a test tells to fail or
// to lie.
#include "tests/contract/token/support/fault_shim.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include <dlfcn.h>

namespace {

using keyward::tests::every_attribute;
using keyward::tests::OddAttribute;
using keyward::tests::OddOutput;
using keyward::tests::ShimControls;
using keyward::tests::ShimLies;
using keyward::tests::ShimPhases;

ShimControls controls{};
ShimLies& lies = controls.lies;
ShimPhases& phases = controls.phases;
CK_FUNCTION_LIST* real = nullptr;

/// The object that the handle refers to.
CK_OBJECT_HANDLE object_of(CK_OBJECT_HANDLE handle) {
    return handle != CK_INVALID_HANDLE && handle == lies.reused ? lies.reused_for.load() : handle;
}

bool takes_one_of(std::atomic<CK_ULONG>& count) {
    CK_ULONG left = count;
    while (left > 0 && !count.compare_exchange_weak(left, left - 1)) {
    }
    return left > 0;
}

CK_RV private_key_error() {
    return takes_one_of(controls.disturbances) ? CKR_GENERAL_ERROR : controls.create_private_object.load();
}

CK_RV noted(CK_RV value) {
    if (value == CKR_SESSION_HANDLE_INVALID) ++lies.calls_in_closed_sessions;
    return value;
}

CK_RV failed(CK_SESSION_HANDLE session, CK_RV value) {
    if (controls.failure_ends_login) real->C_Logout(session);
    return value;
}

void hang_while(const std::atomic<bool>& told) {
    if (!told) return;
    ++controls.hanging;
    while (told)
        std::this_thread::yield();
    --controls.hanging;
}

/// CKA_TOKEN is false by default (PKCS#11 2.40 section 4.4).
bool is_for_the_token(const CK_ATTRIBUTE* attributes, CK_ULONG count) {
    for (CK_ULONG i = 0; i < count; ++i)
        if (attributes[i].type == CKA_TOKEN) return *static_cast<const CK_BBOOL*>(attributes[i].pValue) != 0;
    return false;
}

/// Simulates the creation of an object on a full disk: the module returns before it notices.
CK_RV create_on_full_disk(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count,
                          CK_OBJECT_HANDLE_PTR object) {
    const CK_RV value = real->C_CreateObject(session, attributes, count, object);
    if (value == CKR_OK) real->C_DestroyObject(session, *object);
    return value;
}

constexpr CK_BYTE octet_string = 0x04;

/// Adds the DER header that SoftHSM2 requires. Returns false when the point already has one.
bool wrap_point(std::vector<CK_ATTRIBUTE>& attributes, std::array<CK_BYTE, 256>& wrapped) {
    const auto point = std::ranges::find(attributes, CKA_EC_POINT, &CK_ATTRIBUTE::type);
    if (point == attributes.end()) return true;
    const auto* const octets = static_cast<const CK_BYTE*>(point->pValue);
    const CK_ULONG size = point->ulValueLen;
    if (size < 3 || size > 200 || (octets[0] == octet_string && (octets[1] == size - 2 || octets[1] == 0x81)))
        return false;
    CK_ULONG head = 0;
    wrapped[head++] = octet_string;
    if (size >= 0x80) wrapped[head++] = 0x81;
    wrapped[head++] = static_cast<CK_BYTE>(size);
    std::copy_n(octets, size, wrapped.begin() + static_cast<std::ptrdiff_t>(head));
    point->pValue = wrapped.data();
    point->ulValueLen = head + size;
    return true;
}

void unwrap_point(CK_ATTRIBUTE& point) {
    if (point.pValue == nullptr || point.ulValueLen == CK_UNAVAILABLE_INFORMATION || point.ulValueLen < 3)
        return;
    auto* const octets = static_cast<CK_BYTE*>(point.pValue);
    const CK_ULONG head = octets[1] == 0x81 ? 3 : 2;
    point.ulValueLen -= head;
    std::memmove(octets, octets + head, point.ulValueLen);
}

CK_OBJECT_HANDLE told_handle(CK_OBJECT_HANDLE made) {
    const CK_OBJECT_HANDLE before = lies.last_created.exchange(made);
    if (lies.created_without_handle) return CK_INVALID_HANDLE;
    if (lies.created_twice && before != CK_INVALID_HANDLE) return before;
    return lies.created_as != CK_INVALID_HANDLE ? lies.created_as.load() : made;
}

bool has_allowed_mechanisms(CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
    return std::any_of(attributes, attributes + count,
                       [](const CK_ATTRIBUTE& each) { return each.type == CKA_ALLOWED_MECHANISMS; });
}

CK_RV create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count,
                    CK_OBJECT_HANDLE_PTR object) {
    ++controls.created;
    if (controls.allowed_mechanisms_unknown != CKR_OK && has_allowed_mechanisms(attributes, count))
        return controls.allowed_mechanisms_unknown;
    if (controls.create_object != CKR_OK) return controls.create_object;
    const bool for_the_token = is_for_the_token(attributes, count);
    if (!for_the_token && controls.create_session_object != CKR_OK) return controls.create_session_object;
    if (for_the_token && controls.disk_full) return create_on_full_disk(session, attributes, count, object);
    for (CK_ULONG i = 0; i < count; ++i)
        if (attributes[i].type == CKA_CLASS &&
            *static_cast<CK_OBJECT_CLASS*>(attributes[i].pValue) == CKO_PRIVATE_KEY)
            if (const CK_RV value = private_key_error(); value != CKR_OK) return failed(session, value);
    std::vector<CK_ATTRIBUTE> wanted(attributes, attributes + count);
    std::array<CK_BYTE, 256> point{};
    if (lies.raw_points && !wrap_point(wanted, point)) return CKR_ATTRIBUTE_VALUE_INVALID;
    if (controls.allowed_mechanisms_ignored)
        std::erase_if(wanted, [](const CK_ATTRIBUTE& each) { return each.type == CKA_ALLOWED_MECHANISMS; });
    const CK_RV value = real->C_CreateObject(session, wanted.data(), wanted.size(), object);
    if (value == CKR_OK) *object = told_handle(*object);
    return value;
}

bool is_odd(const CK_ATTRIBUTE& attribute) {
    return lies.attribute != OddAttribute::none && attribute.ulValueLen != CK_UNAVAILABLE_INFORMATION &&
           (lies.odd_attribute == attribute.type || lies.odd_attribute == every_attribute);
}

/// Applies the configured fault and returns the result of the call.
CK_RV lie_about(CK_ATTRIBUTE& told, const CK_ATTRIBUTE& given, const std::vector<CK_BYTE>& before,
                CK_RV value) {
    static std::array<CK_BYTE, 4096> elsewhere{};
    constexpr CK_ULONG beyond = 100'000;
    switch (lies.attribute) {
        case OddAttribute::none:
            break;
        case OddAttribute::nulled:
            told.ulValueLen = 0;
            [[fallthrough]];
        case OddAttribute::nulled_with_length:
            told.pValue = nullptr;
            break;
        case OddAttribute::elsewhere:
            told.pValue = elsewhere.data();
            break;
        case OddAttribute::overstated:
            told.ulValueLen = given.ulValueLen + beyond;
            break;
        case OddAttribute::overstated_too_small:
            told.ulValueLen = given.ulValueLen + beyond;
            return CKR_BUFFER_TOO_SMALL;
        case OddAttribute::overstated_when_asked:
            if (given.pValue != nullptr) told.ulValueLen = given.ulValueLen + beyond;
            break;
        case OddAttribute::unset:
            if (given.pValue != nullptr) std::ranges::copy(before, static_cast<CK_BYTE*>(given.pValue));
            told = given;
            return CKR_ATTRIBUTE_TYPE_INVALID;
        case OddAttribute::shortened:
            if (told.ulValueLen > 0) --told.ulValueLen;
            break;
        case OddAttribute::empty:
            told.ulValueLen = 0;
            break;
    }
    return value;
}

CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR attributes,
                          CK_ULONG count) {
    ++controls.reads;
    if (controls.get_attribute_value != CKR_OK) return controls.get_attribute_value;
    const std::vector<CK_ATTRIBUTE> given(attributes, attributes + count);
    std::vector<std::vector<CK_BYTE>> before;
    for (const CK_ATTRIBUTE& each : given) {
        const auto* const octets = static_cast<const CK_BYTE*>(each.pValue);
        before.emplace_back(octets, octets + (octets == nullptr ? 0 : each.ulValueLen));
    }
    if (lies.gives_up_with != CKR_OK &&
        std::ranges::find(given, lies.gives_up_at.load(), &CK_ATTRIBUTE::type) != given.end())
        return lies.gives_up_with;
    CK_RV value = noted(real->C_GetAttributeValue(session, object_of(object), attributes, count));
    for (CK_ULONG i = 0; i < count; ++i) {
        if (attributes[i].type == CKA_EC_POINT && lies.raw_points) unwrap_point(attributes[i]);
        if (is_odd(attributes[i])) value = lie_about(attributes[i], given[i], before[i], value);
        if (attributes[i].type == CKA_CHECK_VALUE && controls.no_check_value) {
            attributes[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
            value = CKR_ATTRIBUTE_TYPE_INVALID;
        } else if (attributes[i].type == controls.lie_about && attributes[i].pValue != nullptr &&
                   attributes[i].ulValueLen != CK_UNAVAILABLE_INFORMATION && attributes[i].ulValueLen > 0) {
            static_cast<CK_BYTE*>(attributes[i].pValue)[attributes[i].ulValueLen - 1] ^= 1;
        }
    }
    return value;
}

CK_RV destroy_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    ++controls.destroyed;
    object = object_of(object);
    if (takes_one_of(controls.others_destroy)) {
        real->C_DestroyObject(session, object);
        return failed(session, controls.destroyed_late);
    }
    if (controls.destroy_object != CKR_OK) return failed(session, controls.destroy_object);
    return real->C_DestroyObject(session, object);
}

CK_RV poison(CK_RV value, CK_BYTE_PTR result) {
    if (value == CKR_OK && result != nullptr && controls.wrong_result) result[0] ^= 1;
    return value;
}

/// The module's result for an input, after it has ended the operation.
CK_RV refuse_emptiness(CK_RV value, CK_ULONG size) {
    return controls.ends_on_empty && size == 0 ? CKR_ARGUMENTS_BAD : value;
}

/// C_Sign, C_Encrypt or C_Decrypt with the configured fault of the output length.
template <typename Call>
CK_RV with_odd_length(Call call, CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size,
                      CK_BYTE_PTR result, CK_ULONG_PTR result_size) {
    const OddOutput odd = lies.output;
    const CK_ULONG room = *result_size;
    if (odd == OddOutput::absurd_room && result != nullptr) {
        *result_size = CK_ULONG{1} << 60U;
        return CKR_BUFFER_TOO_SMALL;
    }
    // The length of a decryption result depends on its padding.
    const bool is_none = odd == OddOutput::none || (odd == OddOutput::exact_room && call == real->C_Decrypt);
    if (is_none || result == nullptr) return call(session, data, size, result, result_size);
    std::vector<CK_BYTE> output(room + 4096);
    CK_ULONG made = output.size();
    if (const CK_RV value = call(session, data, size, output.data(), &made); value != CKR_OK) return value;
    if (made > room || (odd == OddOutput::exact_room && made != room)) return CKR_FUNCTION_FAILED;
    std::copy_n(output.begin(), made, result);
    *result_size = odd == OddOutput::left_as_given ? room
                   : odd == OddOutput::overstated  ? room + 100'000
                   : odd == OddOutput::shortened   ? made - 1
                                                   : made;
    return CKR_OK;
}

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR signature,
           CK_ULONG_PTR signature_size) {
    controls.signed_octets = size;
    if (controls.sign != CKR_OK) return controls.sign;
    const CK_RV value = with_odd_length(real->C_Sign, session, data, size, signature, signature_size);
    return refuse_emptiness(poison(value, signature), size);
}

bool hashes(CK_MECHANISM_TYPE type) {
    return type == CKM_SHA256_RSA_PKCS || type == CKM_SHA256_RSA_PKCS_PSS;
}

bool is_bare(CK_MECHANISM_TYPE type) {
    return type == CKM_RSA_PKCS || type == CKM_RSA_PKCS_PSS;
}

CK_RV init_error(CK_MECHANISM_TYPE type) {
    ++controls.inits;
    if (phases.shows_no_objects) return CKR_KEY_HANDLE_INVALID;
    if ((controls.without_hashing && hashes(type)) || (controls.without_bare && is_bare(type)))
        return CKR_MECHANISM_INVALID;
    return takes_one_of(controls.init_after) ? CKR_OK : controls.init.exchange(CKR_OK);
}

CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    if (const CK_RV value = init_error(mechanism->mechanism); value != CKR_OK) return value;
    return real->C_SignInit(session, mechanism, object_of(key));
}

CK_RV verify_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    if (const CK_RV value = init_error(mechanism->mechanism); value != CKR_OK) return value;
    return real->C_VerifyInit(session, mechanism, object_of(key));
}

/// Argument of the last C_DecryptInit; the caller keeps it until C_Decrypt returns.
thread_local CK_MECHANISM_PTR decrypted_with = nullptr;
thread_local CK_OBJECT_HANDLE decrypted_by = CK_INVALID_HANDLE;

CK_RV decrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    if (const CK_RV value = init_error(mechanism->mechanism); value != CKR_OK) return value;
    decrypted_with = mechanism;
    decrypted_by = object_of(key);
    return real->C_DecryptInit(session, mechanism, object_of(key));
}

CK_MECHANISM_TYPE without_padding(CK_MECHANISM_TYPE type) {
    switch (type) {
        case CKM_AES_CBC_PAD:
            return CKM_AES_CBC;
        case CKM_DES3_CBC_PAD:
            return CKM_DES3_CBC;
        case CKM_RSA_PKCS:
            return CKM_RSA_X_509;
        default:
            return CK_UNAVAILABLE_INFORMATION;
    }
}

/// For a ciphertext that SoftHSM2 has just refused to decrypt.
bool has_odd_padding(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size) {
    CK_MECHANISM bare = *decrypted_with;
    bare.mechanism = without_padding(bare.mechanism);
    std::array<CK_BYTE, 1024> block{};
    CK_ULONG made = block.size();
    if (bare.mechanism == CK_UNAVAILABLE_INFORMATION ||
        real->C_DecryptInit(session, &bare, decrypted_by) != CKR_OK ||
        real->C_Decrypt(session, data, size, block.data(), &made) != CKR_OK || made == 0)
        return false;
    if (bare.mechanism == CKM_RSA_X_509) return block[0] == 0 && block[1] == 2;
    return block[made - 1] >= 1 && block[made - 1] <= bare.ulParameterLen;
}

CK_RV close_session(CK_SESSION_HANDLE session) {
    const CK_RV value = real->C_CloseSession(session);
    if (value == CKR_OK) --lies.open_sessions;
    return value;
}

CK_RV decrypt(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR result,
              CK_ULONG_PTR result_size) {
    if (controls.session_lost_after_decrypt) close_session(session);
    if (controls.decrypt != CKR_OK) return controls.decrypt;
    const CK_RV value = with_odd_length(real->C_Decrypt, session, data, size, result, result_size);
    if (!takes_one_of(controls.bad_decrypts_after) && takes_one_of(controls.bad_decrypts))
        return controls.bad_decrypt;
    if (value == CKR_OK) return refuse_emptiness(value, size);
    const bool is_odd = controls.odd_padding != CKR_OK && has_odd_padding(session, data, size);
    if (controls.leaves_active) real->C_DecryptInit(session, decrypted_with, decrypted_by);
    if (size % 8 != 0 && controls.wrong_length != CKR_OK) return controls.wrong_length;
    if (is_odd) return controls.odd_padding;
    if (controls.wrong_ciphertext != CKR_OK) return controls.wrong_ciphertext;
    return refuse_emptiness(value, size);
}

CK_RV encrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    const CK_MECHANISM_TYPE type = mechanism->mechanism;
    if (const CK_RV value = init_error(type); value != CKR_OK) return value;
    if ((controls.no_ecb && type == CKM_AES_ECB) || (controls.no_cbc && type == CKM_AES_CBC) ||
        (controls.no_gcm && type == CKM_AES_GCM))
        return CKR_MECHANISM_INVALID;
    return real->C_EncryptInit(session, mechanism, object_of(key));
}

CK_RV encrypt(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR result,
              CK_ULONG_PTR result_size) {
    if (controls.encrypt != CKR_OK) return controls.encrypt;
    return refuse_emptiness(
        poison(with_odd_length(real->C_Encrypt, session, data, size, result, result_size), result), size);
}

CK_RV verify(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR signature,
             CK_ULONG signature_size) {
    if (controls.verify != CKR_OK) return controls.verify;
    const CK_RV value = real->C_Verify(session, data, size, signature, signature_size);
    if (value != CKR_OK && controls.wrong_signature != CKR_OK) return controls.wrong_signature;
    return controls.accept_any_signature ? CKR_OK : refuse_emptiness(value, size);
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify,
                   CK_SESSION_HANDLE_PTR session) {
    ++controls.sessions;
    if (controls.open_session != CKR_OK) return controls.open_session;
    const CK_ULONG open = ++lies.open_sessions;
    CK_RV value = CKR_SESSION_COUNT;
    if (lies.session_limit == 0 || open <= lies.session_limit)
        value = real->C_OpenSession(slot, flags, application, notify, session);
    else if (lies.session_limit_code != CKR_OK)
        value = lies.session_limit_code;
    if (value != CKR_OK)
        --lies.open_sessions;
    else if (open > lies.most_open_sessions)
        lies.most_open_sessions = open;
    return value;
}

CK_RV close_all_sessions(CK_SLOT_ID slot) {
    lies.open_sessions = 0;
    return real->C_CloseAllSessions(slot);
}

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG size) {
    ++controls.logins;
    hang_while(controls.hang_in_login);
    if (controls.login != CKR_OK) return controls.login;
    if (phases.pin_tries > 0 && phases.wrong_pins >= phases.pin_tries) return CKR_PIN_LOCKED;
    const CK_RV value = real->C_Login(session, user, pin, size);
    if (value == CKR_OK) phases.wrong_pins = 0;
    if (value != CKR_PIN_INCORRECT) return value;
    ++phases.wrong_pins;
    return phases.wrong_pin == CKR_OK ? value : phases.wrong_pin.load();
}

CK_RV initialize(void* arguments) {
    ++phases.initialisations;
    hang_while(phases.hang_in_initialize);
    phases.shows_no_objects = false;
    return phases.initialize != CKR_OK ? phases.initialize.load() : real->C_Initialize(arguments);
}

CK_RV finalize(void* reserved) {
    hang_while(phases.hang_in_finalize);
    lies.open_sessions = 0;
    return real->C_Finalize(reserved);
}

CK_RV get_info(CK_INFO_PTR info) {
    hang_while(phases.hang_in_get_info);
    return phases.get_info != CKR_OK ? phases.get_info.load() : real->C_GetInfo(info);
}

CK_RV get_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info) {
    hang_while(controls.hang_in_session_info);
    if (controls.get_session_info != CKR_OK && !takes_one_of(controls.session_info_after))
        return controls.get_session_info;
    if (takes_one_of(lies.session_info_failures)) return lies.session_info;
    return real->C_GetSessionInfo(session, info);
}

CK_SLOT_ID first_slot() {
    std::array<CK_SLOT_ID, 16> slots{};
    CK_ULONG count = slots.size();
    return real->C_GetSlotList(CK_TRUE, slots.data(), &count) == CKR_OK ? slots.front() : CK_SLOT_ID{};
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
    if (controls.get_token_info != CKR_OK) return controls.get_token_info;
    if (phases.unreadable_slots && slot != first_slot()) return CKR_DEVICE_ERROR;
    const CK_RV value = real->C_GetTokenInfo(slot, info);
    if (value != CKR_OK) return value;
    // SoftHSM2 has its own counter, with other rules.
    info->flags &= ~CK_FLAGS{CKF_USER_PIN_COUNT_LOW};
    if (phases.shows_low_count && phases.wrong_pins > 0) info->flags |= CKF_USER_PIN_COUNT_LOW;
    info->flags = (info->flags | controls.token_flags) & ~controls.hidden_token_flags;
    if (lies.told_session_limit != 0) info->ulMaxSessionCount = lies.told_session_limit;
    if (lies.told_rw_session_limit != 0) info->ulMaxRwSessionCount = lies.told_rw_session_limit;
    if (lies.odd_token_text) {
        std::memset(info->manufacturerID, 0xFF, sizeof info->manufacturerID);
        std::memset(info->model, 0x07, sizeof info->model);
    }
    if (controls.other_serial) info->serialNumber[0] = info->serialNumber[0] == 'X' ? 'Y' : 'X';
    return value;
}

CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
    ++controls.searches;
    if (phases.find_objects_init != CKR_OK) return phases.find_objects_init;
    return noted(real->C_FindObjectsInit(session, attributes, lies.finds_everything ? 0 : count));
}

CK_RV find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR objects, CK_ULONG most,
                   CK_ULONG_PTR count) {
    static thread_local CK_OBJECT_HANDLE first = CK_INVALID_HANDLE;
    const CK_RV value = real->C_FindObjects(session, objects, lies.finds_twice ? most / 2 : most, count);
    if (value != CKR_OK) return value;
    if (phases.shows_no_objects) *count = 0;
    if (lies.finds_twice) {
        std::copy_n(objects, *count, objects + *count);
        *count *= 2;
    }
    if (lies.finds_nothing_as_handle && *count > 0 && *count < most) objects[(*count)++] = CK_INVALID_HANDLE;
    if (*count > 0) first = objects[0];
    if (lies.finds_endlessly && *count == 0 && first != CK_INVALID_HANDLE) objects[(*count)++] = first;
    if (lies.finds_too_many > 0) *count = most + lies.finds_too_many;
    return CKR_OK;
}

/// C_GetSlotList or C_GetMechanismList with a list that has grown after its length was reported.
template <typename Call>
CK_RV with_odd_count(Call call, const std::atomic<CK_ULONG>& beyond, std::atomic<CK_ULONG>& grows,
                     const void* list, CK_ULONG_PTR count) {
    const CK_ULONG room = *count;
    if (list != nullptr && takes_one_of(grows)) {
        *count = room + 1;
        return CKR_BUFFER_TOO_SMALL;
    }
    const CK_RV value = call();
    if (value == CKR_OK && list != nullptr && beyond > 0) *count = room + beyond;
    return value;
}

CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count) {
    hang_while(phases.hang_in_slot_list);
    if (phases.get_slot_list != CKR_OK) return phases.get_slot_list;
    return with_odd_count([&] { return real->C_GetSlotList(present, list, count); }, lies.slots_beyond,
                          lies.slots_grow, list, count);
}

CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info) {
    return phases.get_slot_info == CKR_OK ? real->C_GetSlotInfo(slot, info) : phases.get_slot_info.load();
}

CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count) {
    ++controls.lists;
    if (phases.get_mechanism_list != CKR_OK) return phases.get_mechanism_list;
    return with_odd_count([&] { return real->C_GetMechanismList(slot, list, count); }, lies.mechanisms_beyond,
                          lies.mechanisms_grow, list, count);
}

CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info) {
    ++lies.mechanism_infos;
    std::this_thread::sleep_for(std::chrono::milliseconds(lies.mechanism_info_delay));
    if (!takes_one_of(lies.mechanism_infos_before) && takes_one_of(lies.mechanism_info_failures))
        return lies.mechanism_info;
    if (controls.unlisted_hashing && hashes(type)) return CKR_MECHANISM_INVALID;
    return real->C_GetMechanismInfo(slot, type, info);
}

CK_RV get_real() {
    void* const library = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return CKR_GENERAL_ERROR;
    const auto get =
        reinterpret_cast<CK_RV (*)(CK_FUNCTION_LIST_PTR_PTR)>(dlsym(library, "C_GetFunctionList"));
    return get == nullptr ? CKR_GENERAL_ERROR : get(&real);
}

}  // namespace

extern "C" {

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
    static CK_FUNCTION_LIST ours{};
    if (const CK_RV value = get_real(); value != CKR_OK) return value;
    ours = *real;
    ours.C_GetFunctionList = C_GetFunctionList;
    ours.C_Initialize = initialize;
    ours.C_Finalize = finalize;
    ours.C_GetInfo = get_info;
    ours.C_CreateObject = create_object;
    ours.C_GetAttributeValue = get_attribute_value;
    ours.C_DestroyObject = destroy_object;
    ours.C_Sign = sign;
    ours.C_SignInit = sign_init;
    ours.C_VerifyInit = verify_init;
    ours.C_DecryptInit = decrypt_init;
    ours.C_Decrypt = decrypt;
    ours.C_GetMechanismList = get_mechanism_list;
    ours.C_GetMechanismInfo = get_mechanism_info;
    ours.C_EncryptInit = encrypt_init;
    ours.C_Encrypt = encrypt;
    ours.C_Verify = verify;
    ours.C_OpenSession = open_session;
    ours.C_CloseSession = close_session;
    ours.C_CloseAllSessions = close_all_sessions;
    ours.C_GetSlotList = get_slot_list;
    ours.C_GetSlotInfo = get_slot_info;
    ours.C_FindObjects = find_objects;
    ours.C_Login = login;
    ours.C_GetSessionInfo = get_session_info;
    ours.C_GetTokenInfo = get_token_info;
    ours.C_FindObjectsInit = find_objects_init;
    *list = &ours;
    return CKR_OK;
}

ShimControls* keyward_shim_controls() {
    return &controls;
}
}
