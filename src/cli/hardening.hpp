#pragma once

namespace keyward::cli {

/// Keeps secrets out of places that outlive their use: no core dumps, no tracing by other users' processes,
/// and memory freed by OpenSSL is overwritten (src/zeroizing_delete.cpp does so for C++). Ignores SIGPIPE,
/// because modules write to sockets of their own, and SIGXFSZ, so that a file at its size limit gives an
/// error like a full disk. Call this before anything else.
void harden_process();

}  // namespace keyward::cli
