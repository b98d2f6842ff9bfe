#pragma once

#include <chrono>

namespace keyward::cli {

/// Ends the process with this exit code at the limit, unless it has ended by then. For the end of a command:
/// a module's C_CloseSession or C_Finalize may hang, and a call into a module cannot be interrupted. Returns
/// at once; of several limits the earliest counts. Call it when everything acknowledged is in the catalogue
/// and all output is written.
void end_process_within(std::chrono::milliseconds limit, int exit_code);

}  // namespace keyward::cli
