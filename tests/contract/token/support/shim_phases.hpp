#pragma once

#include <atomic>

#include <p11-kit/pkcs11.h>

namespace keyward::tests {

/// What happens before a token can be used: codes by call, hangs, and PINs that are counted. All zero:
/// nothing odd. A CKR_ value other than CKR_OK is what the call answers.
struct ShimPhases {
    std::atomic<CK_RV> initialize;
    std::atomic<CK_RV> get_info;
    std::atomic<CK_RV> get_slot_list;
    std::atomic<CK_RV> get_slot_info;
    std::atomic<CK_RV> get_mechanism_list;
    std::atomic<CK_RV> find_objects_init;
    std::atomic<bool>
        unreadable_slots;  ///< C_GetTokenInfo fails with CKR_DEVICE_ERROR for all but the first slot

    std::atomic<bool> shows_no_objects;  ///< none is found, and no handle holds, before the next C_Initialize

    std::atomic<bool> hang_in_initialize;  ///< the call returns only when this is false again
    std::atomic<bool> hang_in_get_info;
    std::atomic<bool> hang_in_slot_list;
    std::atomic<bool> hang_in_finalize;

    std::atomic<CK_ULONG> pin_tries;    ///< so many wrong PINs lock the token; 0: any number may be tried
    std::atomic<CK_RV> wrong_pin;       ///< what a wrong PIN is answered with in place of CKR_PIN_INCORRECT
    std::atomic<bool> shows_low_count;  ///< a wrong PIN sets CKF_USER_PIN_COUNT_LOW until a right one comes
    std::atomic<CK_ULONG> wrong_pins;   ///< how many came since the last right one

    std::atomic<CK_ULONG> initialisations;  ///< how often C_Initialize was called
};

}  // namespace keyward::tests
