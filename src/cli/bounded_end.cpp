#include "cli/bounded_end.hpp"

#include <cstdlib>
#include <thread>

namespace keyward::cli {

void end_process_within(std::chrono::milliseconds limit, int exit_code) {
    // It touches nothing but the time: it outlives every object of the process.
    std::thread([limit, exit_code] {
        std::this_thread::sleep_for(limit);
        std::_Exit(exit_code);
    }).detach();
}

}  // namespace keyward::cli
