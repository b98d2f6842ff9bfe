#pragma once

#include <cstddef>

namespace keyward::service {

/// How many calls of one environment may be in its token at once, and how many more may wait. Each of them
/// can hold a thread that serves a request, so their sum bounds the threads that one hung token can take from
/// all others.
struct ThreadLimits {
    std::size_t workers;
    std::size_t queue;
};

/// The limits of one environment with `sessions` sessions, where `environments` environments share
/// `processors` processors.
ThreadLimits thread_limits(std::size_t sessions, std::size_t environments, std::size_t processors);

}  // namespace keyward::service
