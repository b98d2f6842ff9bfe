#include "service/runtime/thread_limits.hpp"

#include <algorithm>

namespace keyward::service {
namespace {

constexpr std::size_t most_workers = 64;
constexpr std::size_t queued_calls_a_worker = 8;
/// Shared by all environments. The threads wait more than they work.
constexpr std::size_t threads_a_processor = 128;
constexpr std::size_t least_threads = 512;
/// For each environment, however many there are.
constexpr std::size_t least_share = 16;

}  // namespace

ThreadLimits thread_limits(std::size_t sessions, std::size_t environments, std::size_t processors) {
    const std::size_t all = std::max(least_threads, threads_a_processor * processors);
    const std::size_t share = std::max(least_share, all / std::max<std::size_t>(environments, 1));
    const std::size_t workers = std::min({sessions, most_workers, share / 2});
    return {workers, std::min(workers * queued_calls_a_worker, share - workers)};
}

}  // namespace keyward::service
