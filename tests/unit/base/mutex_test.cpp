#include "base/mutex.hpp"

#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace keyward {
namespace {

using namespace std::chrono_literals;

/// Loses counts when two threads change it at the same time.
class Counter {
  public:
    /// Adds one after `before` has run with the mutex held.
    template <typename Before>
    void add(const Before& before) {
        const Lock lock(mutex_);
        before(mutex_, changed_);
        ++count_;
    }
    int count() {
        const Lock lock(mutex_);
        return count_;
    }

  private:
    Mutex mutex_;
    ConditionVariable changed_;
    int count_ KEYWARD_GUARDED_BY(mutex_) = 0;
};

template <typename Before>
int counted_by_four_threads(const Before& before) {
    Counter counter;
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int round = 0; round < 1000; ++round)
                    counter.add(before);
            });
    }
    return counter.count();
}

TEST(Mutex, IsHeldByOneAtATime) {
    EXPECT_EQ(counted_by_four_threads([](Mutex&, ConditionVariable&) {}), 4000);
}

TEST(Unlock, LetsAnotherThreadTakeTheMutex) {
    Mutex mutex;
    bool was_taken = false;
    const Lock lock(mutex);
    std::jthread other([&] {
        const Lock of_other(mutex);
        was_taken = true;
    });
    {
        const Unlock unlocked(mutex);
        other.join();
    }
    EXPECT_TRUE(was_taken);
}

TEST(Unlock, TakesTheMutexAgainWhenAnExceptionIsInFlight) {
    EXPECT_EQ(counted_by_four_threads([](Mutex& mutex, ConditionVariable&) {
                  mutex.assert_held();
                  try {
                      const Unlock unlocked(mutex);
                      throw 1;
                  } catch (int) {
                  }
              }),
              4000);
}

TEST(ConditionVariable, HoldsTheMutexAfterAWait) {
    EXPECT_EQ(counted_by_four_threads([](Mutex& mutex, ConditionVariable& changed) {
                  mutex.assert_held();
                  changed.wait_for(mutex, 0ms, [] { return false; });
              }),
              4000);
}

TEST(ConditionVariable, HoldsTheMutexAfterAPredicateThatThrows) {
    EXPECT_EQ(counted_by_four_threads([](Mutex& mutex, ConditionVariable& changed) {
                  mutex.assert_held();
                  try {
                      changed.wait(mutex, []() -> bool { throw 1; });
                  } catch (int) {
                  }
              }),
              4000);
}

TEST(ConditionVariable, WaitsUntilThePredicateIsTrue) {
    Mutex mutex;
    ConditionVariable changed;
    bool is_over = false;
    const Lock lock(mutex);
    const std::jthread other([&] {
        const Lock of_other(mutex);
        is_over = true;
        changed.notify_one();
    });
    changed.wait(mutex, [&] { return is_over; });
    EXPECT_TRUE(is_over);
}

TEST(ConditionVariable, TellsWhenTheTimeHasCome) {
    Mutex mutex;
    ConditionVariable changed;
    const Lock lock(mutex);
    EXPECT_FALSE(changed.wait_for(mutex, 1ms, [] { return false; }));
    EXPECT_FALSE(changed.wait_until(mutex, std::chrono::steady_clock::now(), [] { return false; }));
    EXPECT_FALSE(changed.wait_until(mutex, std::chrono::steady_clock::now() - 1ms));
    EXPECT_TRUE(changed.wait_for(mutex, 1ms, [] { return true; }));
}

}  // namespace
}  // namespace keyward
