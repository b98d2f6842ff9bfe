#pragma once

#include <string_view>

#include <p11-kit/pkcs11.h>

namespace keyward::hsm {

using Functions = CK_FUNCTION_LIST;

/// Source position of a call. Replaces std::source_location, which clang 14 can't read from GCC's library.
struct Place {
    const char* file;
    int line;
    static constexpr Place here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return {file, line};
    }
};

/// Checks the result of a Cryptoki call. Does nothing for CKR_OK; otherwise throws TokenError with the fault
/// that the value means, a sentence for the client, the call and the value's name. The log also gets the
/// source position and the token's label (LogContext). Usage: `check("C_SignInit", p11.C_SignInit(…))`.
void check(std::string_view call, CK_RV value, Place place = Place::here());

}  // namespace keyward::hsm
