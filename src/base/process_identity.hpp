#pragma once

#include <string>

namespace keyward {

/// Identifies this process uniquely: boot, PID namespace, PID and start time of the process (proc(5)). The
/// database stores it with work in progress.
std::string process_identity();

/// Whether the process with this identity has certainly ended: it ran under this boot and in this PID
/// namespace, and no longer exists. The answer is no for a process elsewhere, because nothing is known about
/// it.
bool is_known_dead(const std::string& identity);

}  // namespace keyward
