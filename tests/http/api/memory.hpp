#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace keyward::e2e {

/// How often a process's memory holds each of these patterns: every mapping that is readable and writable,
/// read through /proc/PID/mem. Throws std::system_error when that may not be read.
std::vector<std::size_t> count_in_memory(pid_t process, const std::vector<std::string>& patterns);

}  // namespace keyward::e2e
