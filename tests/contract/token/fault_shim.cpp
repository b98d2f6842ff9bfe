// A PKCS#11 module before SoftHSM2: every call goes through, but for those that a test tells to fail or to
// lie.
#include "tests/contract/token/fault_shim.hpp"

#include <thread>

#include <dlfcn.h>

namespace {

using keyward::tests::ShimControls;

ShimControls controls{};
CK_FUNCTION_LIST* real = nullptr;

bool takes_one_of(std::atomic<CK_ULONG>& count) {
    CK_ULONG left = count;
    while (left > 0 && !count.compare_exchange_weak(left, left - 1)) {
    }
    return left > 0;
}

CK_RV private_key_error() {
    return takes_one_of(controls.disturbances) ? CKR_GENERAL_ERROR : controls.create_private_object.load();
}

CK_RV failed(CK_SESSION_HANDLE session, CK_RV value) {
    if (controls.failure_ends_login) real->C_Logout(session);
    return value;
}

void hang_while(const std::atomic<bool>& told) {
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

/// Writing an object to a full disk: the module has answered before it notices.
CK_RV create_on_full_disk(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count,
                          CK_OBJECT_HANDLE_PTR object) {
    const CK_RV value = real->C_CreateObject(session, attributes, count, object);
    if (value == CKR_OK) real->C_DestroyObject(session, *object);
    return value;
}

CK_RV create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count,
                    CK_OBJECT_HANDLE_PTR object) {
    if (controls.create_object != CKR_OK) return controls.create_object;
    const bool for_the_token = is_for_the_token(attributes, count);
    if (!for_the_token && controls.create_session_object != CKR_OK) return controls.create_session_object;
    if (for_the_token && controls.disk_full) return create_on_full_disk(session, attributes, count, object);
    for (CK_ULONG i = 0; i < count; ++i)
        if (attributes[i].type == CKA_CLASS &&
            *static_cast<CK_OBJECT_CLASS*>(attributes[i].pValue) == CKO_PRIVATE_KEY)
            if (const CK_RV value = private_key_error(); value != CKR_OK) return failed(session, value);
    return real->C_CreateObject(session, attributes, count, object);
}

CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR attributes,
                          CK_ULONG count) {
    ++controls.reads;
    if (controls.get_attribute_value != CKR_OK) return controls.get_attribute_value;
    CK_RV value = real->C_GetAttributeValue(session, object, attributes, count);
    for (CK_ULONG i = 0; i < count; ++i) {
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
    if (takes_one_of(controls.others_destroy)) {
        real->C_DestroyObject(session, object);
        return failed(session, controls.destroyed_late);
    }
    if (controls.destroy_object != CKR_OK) return failed(session, controls.destroy_object);
    return real->C_DestroyObject(session, object);
}

CK_RV spoil(CK_RV value, CK_BYTE_PTR result) {
    if (value == CKR_OK && result != nullptr && controls.wrong_result) result[0] ^= 1;
    return value;
}

/// What the module says of an input, once it has ended the operation.
CK_RV refuse_emptiness(CK_RV value, CK_ULONG size) {
    return controls.ends_on_empty && size == 0 ? CKR_ARGUMENTS_BAD : value;
}

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR signature,
           CK_ULONG_PTR signature_size) {
    controls.signed_octets = size;
    if (controls.sign != CKR_OK) return controls.sign;
    const CK_RV value = real->C_Sign(session, data, size, signature, signature_size);
    return refuse_emptiness(spoil(value, signature), size);
}

bool hashes(CK_MECHANISM_TYPE type) {
    return type == CKM_SHA256_RSA_PKCS || type == CKM_SHA256_RSA_PKCS_PSS;
}

bool is_bare(CK_MECHANISM_TYPE type) {
    return type == CKM_RSA_PKCS || type == CKM_RSA_PKCS_PSS;
}

CK_RV init_error(CK_MECHANISM_TYPE type) {
    ++controls.inits;
    if ((controls.without_hashing && hashes(type)) || (controls.without_bare && is_bare(type)))
        return CKR_MECHANISM_INVALID;
    return takes_one_of(controls.init_after) ? CKR_OK : controls.init.exchange(CKR_OK);
}

CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    if (const CK_RV value = init_error(mechanism->mechanism); value != CKR_OK) return value;
    return real->C_SignInit(session, mechanism, key);
}

CK_RV verify_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    if (const CK_RV value = init_error(mechanism->mechanism); value != CKR_OK) return value;
    return real->C_VerifyInit(session, mechanism, key);
}

CK_RV decrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    if (const CK_RV value = init_error(mechanism->mechanism); value != CKR_OK) return value;
    return real->C_DecryptInit(session, mechanism, key);
}

CK_RV decrypt(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR result,
              CK_ULONG_PTR result_size) {
    if (controls.session_lost_after_decrypt) real->C_CloseSession(session);
    if (controls.decrypt != CKR_OK) return controls.decrypt;
    const CK_RV value = real->C_Decrypt(session, data, size, result, result_size);
    if (takes_one_of(controls.bad_decrypts)) return controls.bad_decrypt;
    if (value != CKR_OK && controls.wrong_ciphertext != CKR_OK) return controls.wrong_ciphertext;
    return refuse_emptiness(value, size);
}

CK_RV encrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    const CK_MECHANISM_TYPE type = mechanism->mechanism;
    if (const CK_RV value = init_error(type); value != CKR_OK) return value;
    if ((controls.no_ecb && type == CKM_AES_ECB) || (controls.no_cbc && type == CKM_AES_CBC) ||
        (controls.no_gcm && type == CKM_AES_GCM))
        return CKR_MECHANISM_INVALID;
    return real->C_EncryptInit(session, mechanism, key);
}

CK_RV encrypt(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR result,
              CK_ULONG_PTR result_size) {
    if (controls.encrypt != CKR_OK) return controls.encrypt;
    return refuse_emptiness(spoil(real->C_Encrypt(session, data, size, result, result_size), result), size);
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
    return real->C_OpenSession(slot, flags, application, notify, session);
}

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG size) {
    ++controls.logins;
    hang_while(controls.hang_in_login);
    if (controls.login != CKR_OK) return controls.login;
    return real->C_Login(session, user, pin, size);
}

CK_RV get_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info) {
    hang_while(controls.hang_in_session_info);
    if (controls.get_session_info != CKR_OK) return controls.get_session_info;
    return real->C_GetSessionInfo(session, info);
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
    if (controls.get_token_info != CKR_OK) return controls.get_token_info;
    const CK_RV value = real->C_GetTokenInfo(slot, info);
    if (value != CKR_OK) return value;
    info->flags = (info->flags | controls.token_flags) & ~controls.hidden_token_flags;
    if (controls.other_serial) info->serialNumber[0] = info->serialNumber[0] == 'X' ? 'Y' : 'X';
    return value;
}

CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
    ++controls.searches;
    return real->C_FindObjectsInit(session, attributes, count);
}

CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count) {
    ++controls.lists;
    return real->C_GetMechanismList(slot, list, count);
}

CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info) {
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
