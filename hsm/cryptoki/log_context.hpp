#pragma once

#include <string>
#include <string_view>

namespace keyward::hsm {

/// Names the token that this thread works for, so that a failed call deep below tells the operator whose it
/// was. Put on the stack where a token's work begins; scopes may nest, and the innermost counts.
class LogLabel {
  public:
    /// `label` must outlive this.
    explicit LogLabel(const std::string& label);
    LogLabel(const LogLabel&) = delete;
    LogLabel(LogLabel&&) = delete;
    LogLabel& operator=(const LogLabel&) = delete;
    LogLabel& operator=(LogLabel&&) = delete;
    ~LogLabel();

    /// The label of this thread's work; empty outside of any.
    static std::string_view current();

  private:
    std::string_view outer_;
};

}  // namespace keyward::hsm
