#pragma once

#include <string>
#include <string_view>
#include <utility>

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

/// Records the token that this thread works for, so that the log of a failed call names it. Create one on the
/// stack where the work for a token starts. Scopes may nest; the innermost one applies.
class LogContext {
  public:
    /// `label` must outlive this.
    explicit LogContext(const std::string& label) : outer_(std::exchange(label_in_work_, label)) {}
    LogContext(const LogContext&) = delete;
    LogContext(LogContext&&) = delete;
    LogContext& operator=(const LogContext&) = delete;
    LogContext& operator=(LogContext&&) = delete;
    ~LogContext() { label_in_work_ = outer_; }

    /// Returns the label of the innermost scope; empty outside of all scopes.
    static std::string_view current() { return label_in_work_; }

  private:
    static inline thread_local std::string_view label_in_work_;

    std::string_view outer_;
};

}  // namespace keyward::hsm
