#pragma once

#include <atomic>

#include <p11-kit/pkcs11.h>

#include "tests/contract/token/support/shim_lies.hpp"
#include "tests/contract/token/support/shim_phases.hpp"

namespace keyward::tests {

/// Instructions for the shim; one object per process. A CKR_ value other than CKR_OK is what the call returns
/// instead of SoftHSM2's result.
struct ShimControls {
    std::atomic<CK_RV> create_object;
    std::atomic<CK_RV> create_private_object;  ///< for private keys only
    std::atomic<CK_RV> create_session_object;  ///< for session objects only
    std::atomic<CK_ULONG> disturbances;        ///< this many private keys fail first with CKR_GENERAL_ERROR
    std::atomic<CK_RV> get_attribute_value;
    std::atomic<CK_RV> destroy_object;
    std::atomic<CK_ULONG> others_destroy;  ///< another process destroys this many objects first
    std::atomic<CK_RV> destroyed_late;     ///< the result of this process's call then
    std::atomic<CK_RV> sign;
    std::atomic<CK_RV> encrypt;
    std::atomic<CK_RV> decrypt;
    std::atomic<CK_RV> verify;
    std::atomic<CK_RV> wrong_ciphertext;  ///< the result of C_Decrypt where SoftHSM2 fails
    std::atomic<CK_RV> wrong_length;      ///< same, if the ciphertext is not a multiple of 8 octets
    /// Same, if CBC's last octet is a valid length or PKCS#1's block is of type 2, and the rest of the
    /// padding is wrong.
    std::atomic<CK_RV> odd_padding;
    std::atomic<CK_RV> wrong_signature;  ///< the result of C_Verify where SoftHSM2 fails
    std::atomic<CK_ULONG> bad_decrypts;  ///< this many C_Decrypt calls return `bad_decrypt`
    std::atomic<CK_RV> bad_decrypt;
    std::atomic<CK_ULONG> bad_decrypts_after;  ///< this many succeed before that
    std::atomic<CK_RV> init;                   ///< the result of one C_…Init
    std::atomic<CK_ULONG> init_after;          ///< this many succeed before that
    std::atomic<CK_RV> open_session;
    std::atomic<CK_RV> login;
    std::atomic<CK_RV> get_session_info;       ///< the result of C_GetSessionInfo,
    std::atomic<CK_ULONG> session_info_after;  ///< after this many calls that succeed
    std::atomic<CK_RV> get_token_info;
    std::atomic<CK_FLAGS> token_flags;         ///< added to the flags of CK_TOKEN_INFO
    std::atomic<CK_FLAGS> hidden_token_flags;  ///< removed from them
    /// This flag is reported inverted; of another attribute, the last bit.
    std::atomic<CK_ATTRIBUTE_TYPE> lie_about;
    std::atomic<CK_ULONG> hanging;                  ///< number of calls that hang at present
    std::atomic<CK_RV> allowed_mechanisms_unknown;  ///< result of C_CreateObject with CKA_ALLOWED_MECHANISMS
    std::atomic<CK_ULONG> created;                  ///< calls of C_CreateObject
    std::atomic<CK_ULONG> logins;                   ///< calls of C_Login
    std::atomic<CK_ULONG> destroyed;                ///< calls of C_DestroyObject
    std::atomic<CK_ULONG> searches;                 ///< calls of C_FindObjectsInit
    std::atomic<CK_ULONG> reads;                    ///< calls of C_GetAttributeValue
    std::atomic<CK_ULONG> lists;                    ///< calls of C_GetMechanismList
    std::atomic<CK_ULONG> inits;                    ///< number of operations started
    std::atomic<CK_ULONG> signed_octets;            ///< input length of the last C_Sign
    std::atomic<CK_ULONG> sessions;                 ///< calls of C_OpenSession
    std::atomic<bool> disk_full;                    ///< C_CreateObject succeeds, but the object is lost
    std::atomic<bool> failure_ends_login;  ///< a failed private key or destruction also ends the login
    std::atomic<bool> leaves_active;       ///< a failed C_Decrypt does not end its operation
    std::atomic<bool> ends_on_empty;       ///< an empty input gives CKR_ARGUMENTS_BAD and ends the operation
    std::atomic<bool> session_lost_after_decrypt;
    std::atomic<bool> without_hashing;   ///< mechanisms that hash before an RSA signature fail at Init
    std::atomic<bool> without_bare;      ///< those that do not hash fail at Init
    std::atomic<bool> unlisted_hashing;  ///< those that hash are not listed
    std::atomic<bool> other_serial;      ///< another token with the same label is in the slot
    std::atomic<bool> no_check_value;    ///< CKA_CHECK_VALUE is unknown
    std::atomic<bool> wrong_result;      ///< signatures and ciphertexts are wrong
    std::atomic<bool> accept_any_signature;
    std::atomic<bool> no_ecb, no_cbc, no_gcm;
    std::atomic<bool> hang_in_login;         ///< C_Login returns only when this is false again
    std::atomic<bool> hang_in_session_info;  ///< same for C_GetSessionInfo
    /// CKA_ALLOWED_MECHANISMS is ignored and reported as missing.
    std::atomic<bool> allowed_mechanisms_ignored;
    ShimLies lies;
    ShimPhases phases;
};

/// Name of the shim's function that returns its controls.
inline constexpr const char* shim_controls_function = "keyward_shim_controls";

}  // namespace keyward::tests
