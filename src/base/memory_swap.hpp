#pragma once

#include <filesystem>

namespace keyward {

/// Whether the kernel may write this process's memory, with the keys that pass through it, to a swap device:
/// there is one, and no control group (version 2) of the process has memory.swap.max at 0, which is what
/// systemd's MemorySwapMax=0 sets. What can't be read counts as a yes. `root` is where /proc and /sys are.
bool may_be_swapped(const std::filesystem::path& root = "/");

}  // namespace keyward
