#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace keyward::e2e {

/// How often a process's memory holds each of these patterns: every mapping that is readable and writable,
/// read through /proc/PID/mem. Throws std::system_error when that may not be read.
std::vector<std::size_t> count_in_memory(pid_t process, const std::vector<std::string>& patterns);

/// The most that the process has had in memory so far (VmHWM), in octets. Throws std::runtime_error when it
/// is not there.
std::size_t peak_memory(pid_t process);
/// What it has now (VmRSS).
std::size_t present_memory(pid_t process);

}  // namespace keyward::e2e
