#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "service/runtime/environment.hpp"

namespace keyward::service {

/// Told how far long work is: `what` names the environment, or also what is done in it when that is no walk.
/// On the thread that waits for it.
using ScanProgress = std::function<void(const std::string& what, std::size_t done, std::size_t total)>;

/// How a walk may end before it is through.
struct ScanLimits {
    /// A walk takes as long as it takes, but not so long without one object more.
    std::chrono::milliseconds idle_timeout{std::chrono::minutes(2)};
    std::stop_token stop;
};

/// Every key object in the environment's token, read by one of its workers. Throws TokenError: what failed
/// in the token, `unreachable` after too long a idle_timeout, `busy` when it was stopped. A walk that hangs
/// in the module is left behind and ends at its next object.
std::vector<TokenObject> scan_objects(Environment& environment, const ScanLimits& limits,
                                      const ScanProgress& progress);

}  // namespace keyward::service
