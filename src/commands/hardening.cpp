#include "commands/hardening.hpp"

#include <csignal>

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace keyward::commands {

void harden_process() {
    constexpr int perturbation = 0xA5;
    mallopt(M_PERTURB, perturbation);
    constexpr rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace keyward::commands
