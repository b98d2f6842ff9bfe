#pragma once

#include <filesystem>
#include <string>

namespace keyward {

/// Identifies this process uniquely: boot, PID namespace, PID and start time of the process (proc(5)). The
/// database stores it with work in progress.
std::string process_identity();

/// Whether the process with this identity has certainly ended: it ran under this boot and in this PID
/// namespace, and no longer exists. The answer is no for a process elsewhere, because nothing is known about
/// it.
bool is_known_dead(const std::string& identity);

/// Whether the kernel may write this process's memory, with the keys in it, to a swap device. True when there
/// is a swap device and no control group (version 2) of the process has memory.swap.max at 0, which is what
/// systemd's MemorySwapMax=0 sets. Anything that cannot be read counts as a yes. `root` is the directory that
/// holds /proc and /sys.
bool may_be_swapped(const std::filesystem::path& root = "/");

}  // namespace keyward
