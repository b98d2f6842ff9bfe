#pragma once

#include <atomic>

#include <p11-kit/pkcs11.h>

#include "tests/contract/token/support/shim_lies.hpp"
#include "tests/contract/token/support/shim_phases.hpp"

namespace keyward::tests {

/// What the shim is told to do; one for the process. A CKR_ value other than CKR_OK is what the call answers
/// in place of SoftHSM2.
struct ShimControls {
    std::atomic<CK_RV> create_object;
    std::atomic<CK_RV> create_private_object;  ///< for private keys alone
    std::atomic<CK_RV> create_session_object;  ///< for session objects alone
    std::atomic<CK_ULONG> disturbances;        ///< so many private keys fail with CKR_GENERAL_ERROR at first
    std::atomic<CK_RV> get_attribute_value;
    std::atomic<CK_RV> destroy_object;
    std::atomic<CK_ULONG> others_destroy;  ///< somebody else destroys the next so many objects before we do
    std::atomic<CK_RV> destroyed_late;     ///< what we are told then
    std::atomic<CK_RV> sign;
    std::atomic<CK_RV> encrypt;
    std::atomic<CK_RV> decrypt;
    std::atomic<CK_RV> verify;
    std::atomic<CK_RV> wrong_ciphertext;  ///< what C_Decrypt answers where SoftHSM2 fails
    std::atomic<CK_RV> wrong_length;      ///< the same where the ciphertext is no multiple of 8 octets
    std::atomic<CK_RV> odd_padding;  ///< the same where CBC's last octet is a length, or PKCS#1's block is
                                     ///< of type 2, and the rest of the padding is wrong
    std::atomic<CK_RV> wrong_signature;  ///< what C_Verify answers where SoftHSM2 fails
    std::atomic<CK_ULONG> bad_decrypts;  ///< so many of C_Decrypt answer `bad_decrypt` at first
    std::atomic<CK_RV> bad_decrypt;
    std::atomic<CK_ULONG> bad_decrypts_after;  ///< so many go through before
    std::atomic<CK_RV> init;                   ///< what one C_…Init of an operation answers
    std::atomic<CK_ULONG> init_after;          ///< so many go through before
    std::atomic<CK_RV> open_session;
    std::atomic<CK_RV> login;
    std::atomic<CK_RV> get_session_info;       ///< what C_GetSessionInfo answers,
    std::atomic<CK_ULONG> session_info_after;  ///< after so many that go through
    std::atomic<CK_RV> get_token_info;
    std::atomic<CK_FLAGS> token_flags;         ///< added to those of CK_TOKEN_INFO
    std::atomic<CK_FLAGS> hidden_token_flags;  ///< taken from them
    std::atomic<CK_ATTRIBUTE_TYPE>
        lie_about;                  ///< this yes-or-no attribute, or this value, is reported inverted
    std::atomic<CK_ULONG> hanging;  ///< how many calls hang
    std::atomic<CK_RV> allowed_mechanisms_unknown;  ///< what C_CreateObject says to CKA_ALLOWED_MECHANISMS
    std::atomic<CK_ULONG> created;                  ///< how often C_CreateObject was called
    std::atomic<CK_ULONG> logins;                   ///< how often C_Login was called
    std::atomic<CK_ULONG> destroyed;                ///< how often C_DestroyObject was called
    std::atomic<CK_ULONG> searches;                 ///< how often C_FindObjectsInit was called
    std::atomic<CK_ULONG> reads;                    ///< how often C_GetAttributeValue was called
    std::atomic<CK_ULONG> lists;                    ///< how often C_GetMechanismList was called
    std::atomic<CK_ULONG> inits;                    ///< how many operations were begun
    std::atomic<CK_ULONG> signed_octets;            ///< how many C_Sign was given at last
    std::atomic<CK_ULONG> sessions;                 ///< how often C_OpenSession was called
    std::atomic<bool> disk_full;                    ///< C_CreateObject succeeds, and the object is gone
    std::atomic<bool> failure_ends_login;  ///< the login goes with a private key or a destruction that fails
    std::atomic<bool> leaves_active;       ///< a C_Decrypt that fails does not end its operation
    std::atomic<bool> ends_on_empty;       ///< an empty input is CKR_ARGUMENTS_BAD, and ends the operation
    std::atomic<bool> session_lost_after_decrypt;
    std::atomic<bool> without_hashing;   ///< mechanisms that hash before they sign with RSA fail at Init
    std::atomic<bool> without_bare;      ///< so do those that do not hash
    std::atomic<bool> unlisted_hashing;  ///< and the former are not listed
    std::atomic<bool> other_serial;      ///< another token of the same label is in the slot
    std::atomic<bool> no_check_value;    ///< CKA_CHECK_VALUE is unknown
    std::atomic<bool> wrong_result;      ///< signatures and ciphertexts come out wrong
    std::atomic<bool> accept_any_signature;
    std::atomic<bool> no_ecb, no_cbc, no_gcm;
    std::atomic<bool> hang_in_login;         ///< C_Login returns only when this is false again
    std::atomic<bool> hang_in_session_info;  ///< so does C_GetSessionInfo
    std::atomic<bool>
        allowed_mechanisms_ignored;  ///< CKA_ALLOWED_MECHANISMS is taken for nothing, and reported as missing
    ShimLies lies;
    ShimPhases phases;
};

/// The name of the function in the shim that returns its controls.
inline constexpr const char* shim_controls_function = "keyward_shim_controls";

}  // namespace keyward::tests
