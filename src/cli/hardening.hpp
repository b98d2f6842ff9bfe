#pragma once

namespace keyward::cli {

/// Keeps secrets out of places that outlive their use: no core dumps, no tracing by other users' processes,
/// and what OpenSSL frees is overwritten (src/zeroizing_delete.cpp does so for C++). SIGPIPE is ignored,
/// since modules write to sockets of their own, and SIGXFSZ, so that a file that may not grow is an error
/// like a full disk. Called before anything else.
void harden_process();

}  // namespace keyward::cli
