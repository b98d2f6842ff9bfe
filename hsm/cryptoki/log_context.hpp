#pragma once

#include <string>
#include <string_view>

namespace keyward::hsm {

/// Records the token that this thread works for, so that the log of a failed call names it. Create one on the
/// stack where the work for a token starts. Scopes may nest; the innermost one applies.
class LogContext {
  public:
    /// `label` must outlive this.
    explicit LogContext(const std::string& label);
    LogContext(const LogContext&) = delete;
    LogContext(LogContext&&) = delete;
    LogContext& operator=(const LogContext&) = delete;
    LogContext& operator=(LogContext&&) = delete;
    ~LogContext();

    /// Returns the label of the innermost scope; empty outside of all scopes.
    static std::string_view current();

  private:
    std::string_view outer_;
};

}  // namespace keyward::hsm
