#pragma once

#include <string_view>

#include <p11-kit/pkcs11.h>

namespace keyward::hsm {

using Functions = CK_FUNCTION_LIST;

/// Where a call stands. In place of std::source_location, which clang 14 can't read from GCC's library.
struct Place {
    const char* file;
    int line;
    static constexpr Place here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return {file, line};
    }
};

/// Ends a Cryptoki call: does nothing for CKR_OK and otherwise throws TokenError with the fault that
/// the value stands for, a sentence for the client, the call and the value's name. The place and the
/// token's label (LogContext) go into the log with them. A call is written as `check("C_SignInit",
/// p11.C_SignInit(…))`.
void check(std::string_view call, CK_RV value, Place place = Place::here());

}  // namespace keyward::hsm
