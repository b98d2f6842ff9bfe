#pragma once

#include "domain/errors.hpp"

namespace keyward::service {

/// Answers a client whose call to a token runs on the very thread that would answer it
/// (Environment::call_here), so that the client does not wait past the call's deadline.
class DeadlineResponder {
  public:
    DeadlineResponder() = default;
    DeadlineResponder(const DeadlineResponder&) = delete;
    DeadlineResponder& operator=(const DeadlineResponder&) = delete;
    DeadlineResponder(DeadlineResponder&&) = delete;
    DeadlineResponder& operator=(DeadlineResponder&&) = delete;
    virtual ~DeadlineResponder() = default;

    /// Tells the client `why` when the call still runs at its deadline; the call is left to end by itself.
    /// Runs on another thread than the call, at most once for each call, and never after the call has ended.
    virtual void give_up(const ServiceError& why) noexcept = 0;
};

}  // namespace keyward::service
