#pragma once

#include <string>
#include <string_view>

namespace keyward::hsm {

/// Names the token that this thread works for, so that a failed call deep below tells the operator whose it
/// was. Put on the stack where a token's work begins; scopes may nest, and the innermost counts.
class LogContext {
  public:
    /// `label` must outlive this.
    explicit LogContext(const std::string& label);
    LogContext(const LogContext&) = delete;
    LogContext(LogContext&&) = delete;
    LogContext& operator=(const LogContext&) = delete;
    LogContext& operator=(LogContext&&) = delete;
    ~LogContext();

    /// The label of this thread's work; empty outside of any.
    static std::string_view current();

  private:
    std::string_view outer_;
};

}  // namespace keyward::hsm
