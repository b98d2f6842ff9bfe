#pragma once

#include <string>
#include <vector>

#include "service/auth/access.hpp"
#include "service/operations/decryption_rate_limiter.hpp"
#include "service/operations/usable_key.hpp"
#include "service/operations/use_call.hpp"
#include "service/runtime/service_context.hpp"

namespace keyward::service {

/// The use of keys: in the token, within the key's mechanisms and the caller's grants. One lookup checks
/// whether the cached key is current, so a key that another request or process has changed is never used in
/// its old state. Failed decryptions and verifications are results; repeated failures that are an oracle are
/// slowed down for each key.
///
/// Users take turns at a token, and batches are split into parts. So one user's uses, however many and
/// however expensive, delay another's by one part. Thread-safe.
class UseKey {
  public:
    UseKey(ServiceContext service_context, SteadyClock clock);

    /// Returns one result for each operation, in their order. Throws ServiceError as the contract says.
    /// `mistakes` are the errors found while reading the request.
    std::vector<UseResult> run(const Caller& caller, const Project& project, UseKeyRequest request,
                               std::vector<FieldError> mistakes);

  private:
    ServiceContext service_context_;
    SteadyClock clock_;
    KeyCache keys_;
    DecryptionRateLimiter rate_limiter_;
};

}  // namespace keyward::service
