#pragma once

#include <atomic>

#include <p11-kit/pkcs11.h>

namespace keyward::tests {

/// Faults of a module's C_GetAttributeValue.
enum class OddAttribute : int {
    none,
    nulled,              ///< pValue is NULL and the length 0, as p11-kit-client 0.25.5 does for empty values
    nulled_with_length,  ///< pValue is NULL and the length is unchanged
    elsewhere,           ///< pValue points to the module's own memory
    overstated,          ///< the length is larger than the buffer, with CKR_OK
    overstated_too_small,   ///< same with CKR_BUFFER_TOO_SMALL, where the standard requires
                            ///< CK_UNAVAILABLE_INFORMATION
    overstated_when_asked,  ///< the length is reported on request, but the value then has another one
    unset,                  ///< neither value nor length is written, with CKR_ATTRIBUTE_TYPE_INVALID
    shortened,              ///< the length is one less
    empty,                  ///< the length is 0
};

/// Faults of the length of an output.
enum class OddOutput : int {
    none,
    left_as_given,  ///< the buffer size is reported as the length, as tpm2-pkcs11's C_Encrypt does
    overstated,     ///< the length is larger than the buffer
    shortened,      ///< the length is one less
    exact_room,     ///< a buffer of any other size than the output's is refused, as NSS 3.110 does for EdDSA
    absurd_room,    ///< CKR_BUFFER_TOO_SMALL with a length beyond any memory
};

inline constexpr CK_ATTRIBUTE_TYPE every_attribute = CK_UNAVAILABLE_INFORMATION - 1;

/// Wrong lengths, counts and handles. All zero: no faults.
struct ShimLies {
    std::atomic<OddAttribute> attribute;
    std::atomic<CK_ATTRIBUTE_TYPE> odd_attribute;  ///< the affected attribute, or every_attribute
    std::atomic<CK_ATTRIBUTE_TYPE> gives_up_at;    ///< a read that includes this attribute fails …
    std::atomic<CK_RV> gives_up_with;              ///< … with this; CKR_OK: no fault
    std::atomic<OddOutput> output;                 ///< of C_Encrypt, C_Decrypt and C_Sign

    std::atomic<CK_OBJECT_HANDLE> created_as;  ///< C_CreateObject returns this handle
    std::atomic<bool> created_without_handle;  ///< C_CreateObject returns CK_INVALID_HANDLE
    std::atomic<bool> created_twice;           ///< C_CreateObject returns its previous handle again
    std::atomic<CK_OBJECT_HANDLE> last_created;
    std::atomic<CK_OBJECT_HANDLE> reused;       ///< this handle refers to …
    std::atomic<CK_OBJECT_HANDLE> reused_for;   ///< … this object now
    std::atomic<bool> finds_everything;         ///< a search ignores its template
    std::atomic<bool> finds_twice;              ///< C_FindObjects returns each handle twice
    std::atomic<bool> finds_nothing_as_handle;  ///< C_FindObjects also returns CK_INVALID_HANDLE
    std::atomic<bool> finds_endlessly;          ///< C_FindObjects starts again at its end
    std::atomic<CK_ULONG> finds_too_many;       ///< C_FindObjects reports this many more than requested

    std::atomic<CK_ULONG> slots_beyond;  ///< C_GetSlotList reports this many more than there is room for
    std::atomic<CK_ULONG> slots_grow;  ///< the list has grown after its length was reported, this many times
    std::atomic<CK_ULONG> mechanisms_beyond;  ///< same for C_GetMechanismList
    std::atomic<CK_ULONG> mechanisms_grow;
    std::atomic<bool> odd_token_text;  ///< manufacturer and model are invalid UTF-8 and fill their fields

    std::atomic<bool> raw_points;  ///< CKA_EC_POINT is read and written bare (PKCS#11 3.1 for Edwards curves)

    std::atomic<CK_ULONG> told_session_limit;     ///< ulMaxSessionCount
    std::atomic<CK_ULONG> told_rw_session_limit;  ///< ulMaxRwSessionCount
    std::atomic<CK_ULONG> session_limit;          ///< maximum of open sessions; 0: no limit
    std::atomic<CK_RV> session_limit_code;  ///< result for one session too many; CKR_OK: CKR_SESSION_COUNT
    std::atomic<CK_ULONG> session_info_failures;     ///< C_GetSessionInfo fails this many times …
    std::atomic<CK_RV> session_info;                 ///< … with this
    std::atomic<CK_ULONG> open_sessions;             ///< open sessions at present
    std::atomic<CK_ULONG> most_open_sessions;        ///< largest number of open sessions
    std::atomic<CK_ULONG> mechanism_infos;           ///< calls of C_GetMechanismInfo
    std::atomic<CK_ULONG> mechanism_info_delay;      ///< milliseconds that each takes
    std::atomic<CK_ULONG> mechanism_info_failures;   ///< C_GetMechanismInfo fails this many times …
    std::atomic<CK_RV> mechanism_info;               ///< … with this …
    std::atomic<CK_ULONG> mechanism_infos_before;    ///< … after this many that succeed
    std::atomic<CK_ULONG> calls_in_closed_sessions;  ///< reads and searches in a session that is not open
};

}  // namespace keyward::tests
