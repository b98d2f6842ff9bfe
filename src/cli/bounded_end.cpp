#include "cli/bounded_end.hpp"

#include <cstdlib>
#include <thread>

namespace keyward::cli {

void end_process_within(std::chrono::milliseconds limit, int exit_code) {
    // The thread uses no object of the process, because it outlives them all.
    std::thread([limit, exit_code] {
        std::this_thread::sleep_for(limit);
        std::_Exit(exit_code);
    }).detach();
}

}  // namespace keyward::cli
