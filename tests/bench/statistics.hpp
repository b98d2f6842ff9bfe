#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include <sys/types.h>

namespace keyward::bench {

/// The duration of a run of `total` calls on several threads.
struct Figures {
    double rate = 0;    ///< calls a second, of all threads together
    double p50_ms = 0;  ///< of one call
    double p99_ms = 0;
};

/// Runs `call(thread, i)` `total` times on `threads` threads and measures each call. An exception ends the
/// program.
Figures measure(std::size_t threads, std::size_t total,
                const std::function<void(std::size_t thread, std::size_t i)>& call);

/// The median of each figure over several runs, because the machine is shared.
Figures median(std::vector<Figures> runs);

/// A process's resident memory, in MiB.
double resident_mib(pid_t process);

}  // namespace keyward::bench
