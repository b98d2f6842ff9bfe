// Which callers wait at the lock between searches for objects and their creation.
#include "hsm/objects/object_access_lock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <latch>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace keyward::hsm {
namespace {

using namespace std::chrono_literals;

constexpr auto long_patience = 60s;
constexpr auto a_while = 100ms;  ///< long enough for a thread that need not wait

template <typename Call>
auto in_thread(Call call) {
    return std::async(std::launch::async, std::move(call));
}

template <typename T>
bool waits(const std::future<T>& future) {
    return future.wait_for(a_while) == std::future_status::timeout;
}

template <typename T>
bool ends(const std::future<T>& future) {
    return future.wait_for(10s) == std::future_status::ready;
}

/// Threads that all hold the lock at once: each keeps it until all have it.
bool all_come_in(std::size_t count, const std::function<void(std::latch&)>& come_in) {
    std::latch together(static_cast<std::ptrdiff_t>(count));
    std::vector<std::future<void>> threads;
    for (std::size_t i = 0; i < count; ++i)
        threads.push_back(in_thread([&] { come_in(together); }));
    return std::ranges::all_of(threads, [](const auto& thread) { return ends(thread); });
}

TEST(ObjectAccessLock, ManyMakeAtOnce) {
    ObjectAccessLock gate(long_patience);
    EXPECT_TRUE(all_come_in(8, [&](std::latch& together) {
        const auto pass = gate.to_make();
        together.arrive_and_wait();
    }));
}

TEST(ObjectAccessLock, ManySearchAtOnce) {
    ObjectAccessLock gate(long_patience);
    EXPECT_TRUE(all_come_in(8, [&](std::latch& together) {
        const auto pass = gate.to_search();
        together.arrive_and_wait();
    }));
}

/// A permit that is held until the test releases it.
class Held {
  public:
    template <typename Take>
    explicit Held(Take take)
        : thread_(in_thread([this, take] {
              const auto pass = take();
              taken_.set_value();
              given_back_.get_future().wait();
          })) {
        taken_.get_future().wait();
    }
    void give_back() {
        given_back_.set_value();
        thread_.wait();
    }

  private:
    std::promise<void> taken_;
    std::promise<void> given_back_;
    std::future<void> thread_;
};

TEST(ObjectAccessLock, ASearcherWaitsForAllMakers) {
    ObjectAccessLock gate(long_patience);
    Held first([&] { return gate.to_make(); });
    Held second([&] { return gate.to_make(); });
    auto search = in_thread([&] { gate.to_search(); });
    EXPECT_TRUE(waits(search));
    first.give_back();
    EXPECT_TRUE(waits(search));
    second.give_back();
    EXPECT_TRUE(ends(search));
}

TEST(ObjectAccessLock, AMakerWaitsForAllSearchers) {
    ObjectAccessLock gate(long_patience);
    Held first([&] { return gate.to_search(); });
    Held second([&] { return gate.to_search(); });
    auto making = in_thread([&] { gate.to_make(); });
    EXPECT_TRUE(waits(making));
    first.give_back();
    EXPECT_TRUE(waits(making));
    second.give_back();
    EXPECT_TRUE(ends(making));
}

TEST(ObjectAccessLock, NewMakersWaitForASearcherThatWaits) {
    ObjectAccessLock gate(long_patience);
    Held maker([&] { return gate.to_make(); });
    std::atomic<bool> searched = false;
    auto search = in_thread([&] {
        const auto pass = gate.to_search();
        searched = true;
    });
    // Callers that arrive before the searcher is counted need not wait.
    std::optional<std::future<bool>> late;
    do {
        late = in_thread([&] {
            const auto pass = gate.to_make();
            return searched.load();
        });
    } while (!waits(*late));
    EXPECT_FALSE(searched);
    maker.give_back();
    EXPECT_TRUE(ends(search));
    EXPECT_TRUE(late->get());
}

TEST(ObjectAccessLock, NobodyWaitsLongerThanItsPatienceForAMakerThatHangs) {
    ObjectAccessLock gate(20ms);
    Held hung([&] { return gate.to_make(); });
    auto search = in_thread([&] { gate.to_search(); });
    EXPECT_TRUE(ends(search));
    hung.give_back();
}

TEST(ObjectAccessLock, NobodyWaitsLongerThanItsPatienceForASearcherThatHangs) {
    ObjectAccessLock gate(20ms);
    Held hung([&] { return gate.to_search(); });
    auto making = in_thread([&] { gate.to_make(); });
    EXPECT_TRUE(ends(making));
    hung.give_back();
}

TEST(ObjectAccessLock, WhoLostPatienceLeavesTheGateAsItWas) {
    ObjectAccessLock gate(20ms);
    Held hung([&] { return gate.to_make(); });
    gate.to_search();
    hung.give_back();
    EXPECT_TRUE(all_come_in(2, [&](std::latch& together) {
        const auto pass = gate.to_make();
        together.arrive_and_wait();
    }));
}

}  // namespace
}  // namespace keyward::hsm
