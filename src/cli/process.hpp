#pragma once

#include <chrono>

namespace keyward::cli {

/// Keeps secrets out of places that outlive their use: no core dumps, no tracing by other users' processes,
/// and memory freed by OpenSSL is overwritten (src/zeroizing_delete.cpp does so for C++). Ignores SIGPIPE,
/// because modules write to sockets of their own, and SIGXFSZ, so that a file at its size limit gives an
/// error like a full disk. Call this before anything else.
void harden_process();

/// Ends the process with this exit code at the limit, unless it has ended by then. For the end of a command:
/// a module's C_CloseSession or C_Finalize may hang, and a call into a module cannot be interrupted. Returns
/// at once; of several limits the earliest counts. Call it when everything acknowledged is in the catalogue
/// and all output is written.
void end_process_within(std::chrono::milliseconds limit, int exit_code);

}  // namespace keyward::cli
