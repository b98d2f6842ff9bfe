#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include <sys/types.h>

namespace keyward::bench {

/// What a run of `total` calls on several threads took.
struct Figures {
    double rate = 0;    ///< calls a second, of all threads together
    double p50_ms = 0;  ///< one call, as its thread saw it
    double p99_ms = 0;
};

/// Runs `call(thread, i)` on `threads` threads, `total` times in all, and measures each. What a call throws
/// ends the program.
Figures measure(std::size_t threads, std::size_t total,
                const std::function<void(std::size_t thread, std::size_t i)>& call);

/// Of several runs of the same: each figure's median, since the machine is shared.
Figures median(std::vector<Figures> runs);

/// A process's resident memory, in MiB.
double resident_mib(pid_t process);

}  // namespace keyward::bench
