#pragma once

#include <cstddef>

namespace keyward::service {

/// How many calls of one environment may be in its token at once, and how many more may wait. Each of them
/// can hold a thread that serves a request, so both together bound the threads that one token that hangs can
/// take from all others.
struct ThreadLimits {
    std::size_t workers;
    std::size_t queue;
};

/// Of one environment with that many sessions, where so many environments share the machine's processors.
ThreadLimits thread_limits(std::size_t sessions, std::size_t environments, std::size_t processors);

}  // namespace keyward::service
