#pragma once

#include <atomic>

#include <p11-kit/pkcs11.h>

namespace keyward::tests {

/// What a module may do to an attribute in C_GetAttributeValue.
enum class OddAttribute : int {
    none,
    nulled,                 ///< pValue is NULL and the length 0, as p11-kit-client 0.25.5 for empty values
    nulled_with_length,     ///< pValue is NULL and the length stays
    elsewhere,              ///< pValue points to memory of the module's own
    overstated,             ///< the length is beyond the room, with CKR_OK
    overstated_too_small,   ///< the same with CKR_BUFFER_TOO_SMALL, where the standard wants
                            ///< CK_UNAVAILABLE_INFORMATION
    overstated_when_asked,  ///< the length is asked for and told; the value then has another one
    unset,                  ///< neither value nor length is touched, with CKR_ATTRIBUTE_TYPE_INVALID
    shortened,              ///< the length is one less
    empty,                  ///< the length is 0
};

/// What a module may do to the length of an output.
enum class OddOutput : int {
    none,
    left_as_given,  ///< the room is reported as the length, as tpm2-pkcs11's C_Encrypt
    overstated,     ///< the length is beyond the room
    shortened,      ///< the length is one less
    exact_room,     ///< room of any other length than the output's is refused, as by NSS 3.110 for EdDSA
    absurd_room,    ///< CKR_BUFFER_TOO_SMALL with a length that no machine has
};

inline constexpr CK_ATTRIBUTE_TYPE every_attribute = CK_UNAVAILABLE_INFORMATION - 1;

/// Lengths, counts and handles that are not what they should be. All zero: none of them.
struct ShimLies {
    std::atomic<OddAttribute> attribute;
    std::atomic<CK_ATTRIBUTE_TYPE> odd_attribute;  ///< the one that it is done to, or every_attribute
    std::atomic<CK_ATTRIBUTE_TYPE> gives_up_at;    ///< nothing is read beside this one (0: none) …
    std::atomic<CK_RV> gives_up_with;              ///< … and this is the answer
    std::atomic<OddOutput> output;                 ///< of C_Encrypt, C_Decrypt, C_Sign

    std::atomic<CK_OBJECT_HANDLE> created_as;  ///< C_CreateObject returns this handle
    std::atomic<bool> created_without_handle;  ///< C_CreateObject returns CK_INVALID_HANDLE
    std::atomic<bool> created_twice;           ///< C_CreateObject returns the handle that it returned before
    std::atomic<CK_OBJECT_HANDLE> last_created;
    std::atomic<CK_OBJECT_HANDLE> reused;       ///< this handle stands for …
    std::atomic<CK_OBJECT_HANDLE> reused_for;   ///< … this object by now
    std::atomic<bool> finds_everything;         ///< a search ignores its template
    std::atomic<bool> finds_twice;              ///< C_FindObjects returns each handle twice
    std::atomic<bool> finds_nothing_as_handle;  ///< C_FindObjects returns CK_INVALID_HANDLE beside the others
    std::atomic<bool> finds_endlessly;          ///< C_FindObjects begins again at its end
    std::atomic<CK_ULONG> finds_too_many;       ///< C_FindObjects reports so many more than it was asked for

    std::atomic<CK_ULONG> slots_beyond;       ///< C_GetSlotList reports so many more than there is room for
    std::atomic<CK_ULONG> slots_grow;         ///< so many times its list has grown since its length was told
    std::atomic<CK_ULONG> mechanisms_beyond;  ///< the same for C_GetMechanismList
    std::atomic<CK_ULONG> mechanisms_grow;
    std::atomic<bool> odd_token_text;  ///< manufacturer and model are no UTF-8 and fill their fields

    std::atomic<bool> raw_points;  ///< CKA_EC_POINT is taken and told bare (PKCS#11 3.1 for Edwards curves)

    std::atomic<CK_ULONG> told_session_limit;        ///< ulMaxSessionCount
    std::atomic<CK_ULONG> told_rw_session_limit;     ///< ulMaxRwSessionCount
    std::atomic<CK_ULONG> session_limit;             ///< so many may be open; 0: any number
    std::atomic<CK_RV> session_limit_code;           ///< what one more is told; CKR_OK: CKR_SESSION_COUNT
    std::atomic<CK_ULONG> session_info_failures;     ///< C_GetSessionInfo fails so many times …
    std::atomic<CK_RV> session_info;                 ///< … with this
    std::atomic<CK_ULONG> open_sessions;             ///< how many are open
    std::atomic<CK_ULONG> most_open_sessions;        ///< how many were at once
    std::atomic<CK_ULONG> mechanism_infos;           ///< how often C_GetMechanismInfo was called
    std::atomic<CK_ULONG> mechanism_info_delay;      ///< milliseconds that each takes
    std::atomic<CK_ULONG> mechanism_info_failures;   ///< C_GetMechanismInfo fails so many times …
    std::atomic<CK_RV> mechanism_info;               ///< … with this …
    std::atomic<CK_ULONG> mechanism_infos_before;    ///< … after so many that go through
    std::atomic<CK_ULONG> calls_in_closed_sessions;  ///< how many reads and searches were made in a session
                                                     ///< that is not open
};

}  // namespace keyward::tests
