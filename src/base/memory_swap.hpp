#pragma once

#include <filesystem>

namespace keyward {

/// Whether the kernel may write this process's memory, with the keys in it, to a swap device. True when there
/// is a swap device and no control group (version 2) of the process has memory.swap.max at 0, which is what
/// systemd's MemorySwapMax=0 sets. Anything that cannot be read counts as a yes. `root` is the directory that
/// holds /proc and /sys.
bool may_be_swapped(const std::filesystem::path& root = "/");

}  // namespace keyward
