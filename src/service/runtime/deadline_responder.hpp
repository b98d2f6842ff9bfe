#pragma once

#include "domain/errors.hpp"

namespace keyward::service {

/// Someone for whom a call to a token runs on the very thread that would answer them
/// (Environment::call_here), and who must not wait for longer than its deadline.
class DeadlineResponder {
  public:
    DeadlineResponder() = default;
    DeadlineResponder(const DeadlineResponder&) = delete;
    DeadlineResponder& operator=(const DeadlineResponder&) = delete;
    DeadlineResponder(DeadlineResponder&&) = delete;
    DeadlineResponder& operator=(DeadlineResponder&&) = delete;
    virtual ~DeadlineResponder() = default;

    /// The call still runs at its deadline, and is left to end by itself: this is what the client is told.
    /// Runs on another thread than the call, at most once in each call, and never after the call has ended.
    virtual void give_up(const ServiceError& why) noexcept = 0;
};

}  // namespace keyward::service
