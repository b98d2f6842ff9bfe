#include "base/timed_mutex.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace keyward {
namespace {

using namespace std::chrono_literals;

TEST(TimedMutex, IsHeldByOneAtATime) {
    TimedMutex mutex;
    int count = 0;
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int round = 0; round < 1000; ++round) {
                    const std::unique_lock lock(mutex, 1h);
                    ++count;
                }
            });
    }
    EXPECT_EQ(count, 4000);
}

TEST(TimedMutex, IsNotWaitedForBeyondTheLimit) {
    TimedMutex mutex;
    const std::unique_lock held(mutex);
    std::jthread([&] { EXPECT_FALSE(std::unique_lock(mutex, 1ms).owns_lock()); });
}

TEST(TimedMutex, IsFreeOnceItIsLeft) {
    TimedMutex mutex;
    {
        const std::unique_lock held(mutex);
        EXPECT_TRUE(held.owns_lock());
    }
    EXPECT_TRUE(std::unique_lock(mutex, std::try_to_lock).owns_lock());
}

}  // namespace
}  // namespace keyward
