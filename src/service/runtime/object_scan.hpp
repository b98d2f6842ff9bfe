#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "service/runtime/environment.hpp"

namespace keyward::service {

/// Reports the progress of long work: `what` names the environment, and what is done in it when that is not a
/// scan. Called on the thread that waits for the work.
using ScanProgress = std::function<void(const std::string& what, std::size_t done, std::size_t total)>;

/// The conditions that end a scan early.
struct ScanLimits {
    /// The longest time without a further object; a scan as a whole may take hours.
    std::chrono::milliseconds idle_timeout{std::chrono::minutes(2)};
    std::stop_token stop;
};

/// Reads every key object in the environment's token, on one of its workers. Throws TokenError: the error of
/// the token, `unreachable` after the idle timeout, `busy` when it was stopped. A scan that hangs in the
/// module is left running and ends at its next object.
std::vector<TokenObject> scan_objects(Environment& environment, const ScanLimits& limits,
                                      const ScanProgress& progress);

}  // namespace keyward::service
