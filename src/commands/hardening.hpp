#pragma once

namespace keyward::commands {

/// Keeps secrets out of places that outlive their use: no core dumps, no tracing by other users' processes,
/// freed heap memory overwritten (mallopt(3), M_PERTURB: it reaches the buffers inside libraries too).
/// SIGPIPE is ignored, since modules write to sockets of their own. Called before anything else.
void harden_process();

}  // namespace keyward::commands
