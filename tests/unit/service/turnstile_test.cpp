#include "service/turnstile.hpp"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace keyward::service {
namespace {

TEST(Turnstile, LetsInAsManyAsItMay) {
    Turnstile turnstile(2, 0);
    const auto first = turnstile.enter();
    const auto second = turnstile.enter();
    EXPECT_TRUE(first && second);
}

TEST(Turnstile, TurnsAwayWhoeverMayNotEvenWait) {
    Turnstile turnstile(1, 0);
    auto first = turnstile.enter();
    EXPECT_FALSE(turnstile.enter());
    first.reset();
    EXPECT_TRUE(turnstile.enter());
}

TEST(Turnstile, LetsOneOfTwoWaitAndTurnsTheOtherAway) {
    Turnstile turnstile(1, 1);
    auto inside = turnstile.enter();
    std::atomic<int> turned_away{0};
    std::atomic<int> let_in{0};
    std::vector<std::thread> comers;
    comers.reserve(2);
    for (int i = 0; i < 2; ++i)
        comers.emplace_back([&] { turnstile.enter() ? ++let_in : ++turned_away; });
    while (turned_away == 0)
        std::this_thread::yield();
    EXPECT_EQ(let_in, 0);
    inside.reset();
    for (std::thread& comer : comers)
        comer.join();
    EXPECT_EQ(let_in, 1);
    EXPECT_EQ(turned_away, 1);
}

TEST(Turnstile, NeverHasMoreInsideThanItMay) {
    Turnstile turnstile(2, 100);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::atomic<int> passed{0};
    std::vector<std::thread> comers;
    comers.reserve(8);
    for (int i = 0; i < 8; ++i)
        comers.emplace_back([&] {
            for (int k = 0; k < 200; ++k) {
                const auto pass = turnstile.enter();
                const int now = ++inside;
                int seen = most;
                while (now > seen && !most.compare_exchange_weak(seen, now)) {
                }
                std::this_thread::yield();
                --inside;
                ++passed;
            }
        });
    for (std::thread& comer : comers)
        comer.join();
    EXPECT_LE(most, 2);
    EXPECT_EQ(passed, 1600);
}

}  // namespace
}  // namespace keyward::service
