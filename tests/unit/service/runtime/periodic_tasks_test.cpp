#include "service/runtime/periodic_tasks.hpp"

#include <atomic>
#include <new>
#include <stdexcept>

#include <gtest/gtest.h>

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

TEST(PeriodicTasks, GoOnWhateverATaskThrows) {
    std::atomic<int> turn = 0;
    std::atomic<int> others = 0;
    const PeriodicTasks tasks({{"throws", 1ms,
                                [&] {
                                    switch (turn++) {
                                        case 0:
                                            throw std::runtime_error("it failed");
                                        case 1:
                                            throw std::bad_alloc();
                                        case 2:
                                            throw 3;
                                        default:
                                            break;
                                    }
                                }},
                               {"works", 1ms, [&] { ++others; }}});
    while (turn < 5 || others < 5)
        std::this_thread::yield();
}

}  // namespace
}  // namespace keyward::service
