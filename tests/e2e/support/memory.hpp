#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace keyward::e2e {

/// Counts each pattern in a process's memory: in every readable and writable mapping, through /proc/PID/mem.
/// Throws std::system_error without permission to read it.
std::vector<std::size_t> count_in_memory(pid_t process, const std::vector<std::string>& patterns);

/// The peak resident memory of the process (VmHWM), in octets. Throws std::runtime_error when the process
/// does not exist.
std::size_t peak_memory(pid_t process);
/// Its resident memory at present (VmRSS).
std::size_t present_memory(pid_t process);

}  // namespace keyward::e2e
