#pragma once

#include <string>

namespace keyward {

/// This process as it can be told from every other: boot, PID namespace, PID and start time of the process
/// (proc(5)). Stands in the database beside work under way.
std::string process_identity();

/// Whether the process that had this identity has ended for certain: it ran under this boot and in this PID
/// namespace, and is there no more. Of a process elsewhere nothing is known, so the answer is no.
bool is_known_dead(const std::string& identity);

}  // namespace keyward
