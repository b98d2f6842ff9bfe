#pragma once

#include <atomic>

#include <p11-kit/pkcs11.h>

namespace keyward::tests {

/// Faults before a token can be used: results by call, hangs, and a counter of wrong PINs. All zero: no
/// faults. A CKR_ value other than CKR_OK is what the call returns.
struct ShimPhases {
    std::atomic<CK_RV> initialize;
    std::atomic<CK_RV> get_info;
    std::atomic<CK_RV> get_slot_list;
    std::atomic<CK_RV> get_slot_info;
    std::atomic<CK_RV> get_mechanism_list;
    std::atomic<CK_RV> find_objects_init;
    /// C_GetTokenInfo fails with CKR_DEVICE_ERROR for all but the first slot.
    std::atomic<bool> unreadable_slots;

    /// No object is found and no handle is valid until the next C_Initialize.
    std::atomic<bool> shows_no_objects;

    std::atomic<bool> hang_in_initialize;  ///< the call returns only when this is false again
    std::atomic<bool> hang_in_get_info;
    std::atomic<bool> hang_in_slot_list;
    std::atomic<bool> hang_in_finalize;

    std::atomic<CK_ULONG> pin_tries;    ///< this many wrong PINs lock the token; 0: no limit
    std::atomic<CK_RV> wrong_pin;       ///< result for a wrong PIN instead of CKR_PIN_INCORRECT
    std::atomic<bool> shows_low_count;  ///< a wrong PIN sets CKF_USER_PIN_COUNT_LOW until a right one comes
    std::atomic<CK_ULONG> wrong_pins;   ///< number of wrong PINs since the last right one

    std::atomic<CK_ULONG> initialisations;  ///< calls of C_Initialize
};

}  // namespace keyward::tests
