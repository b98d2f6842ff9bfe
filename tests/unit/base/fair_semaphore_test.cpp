#include <future>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/fair_queue.hpp"
#include "tests/support/polling.hpp"

namespace keyward {
namespace {

/// Parties that enter one after the other, each on a thread of its own, and the order in which they get in.
class FairSemaphoreTest : public testing::Test {
  protected:
    /// Returns when the newcomer waits.
    void comes(const std::string& party) {
        threads_.emplace_back([this, party] {
            const auto permit = semaphore_.enter(party);
            const std::lock_guard lock(mutex_);
            order_.push_back(permit ? party : "refused");
        });
        ++waiting_;
        wait_until_as_many_wait();
    }
    /// A further one is refused as soon as all the others wait.
    void wait_until_as_many_wait() {
        const auto all_wait = [&] {
            const std::lock_guard lock(mutex_);
            return order_.size() + semaphore_.waiting() == waiting_;
        };
        EXPECT_TRUE(test::comes_true(all_wait)) << "the newcomer neither waits nor is refused";
    }
    std::vector<std::string> order() {
        threads_.clear();
        return order_;
    }

    FairSemaphore semaphore_{{.inside = 1, .waiting = 4}};
    FairSemaphore::Permit first_ = semaphore_.enter("alice");
    std::size_t waiting_ = 0;
    std::mutex mutex_;
    std::vector<std::string> order_;
    std::vector<std::jthread> threads_;
};

using Order = std::vector<std::string>;

TEST_F(FairSemaphoreTest, LetsPartiesInByTurns) {
    for (const char* party : {"alice", "alice", "bob", "carol"})
        comes(party);
    first_.reset();
    EXPECT_EQ(order(), (Order{"alice", "bob", "carol", "alice"}));
}

TEST_F(FairSemaphoreTest, RefusesAPartyOfWhichTooManyWait) {
    for (int i = 0; i < 5; ++i)
        comes("alice");
    first_.reset();
    EXPECT_EQ(order(), (Order{"refused", "alice", "alice", "alice", "alice"}));
}

TEST_F(FairSemaphoreTest, GivesThePlaceOfTheLastOfTheLongestPartyToAnother) {
    for (const char* party : {"alice", "alice", "alice", "alice", "bob", "carol"})
        comes(party);
    first_.reset();
    EXPECT_EQ(order(), (Order{"refused", "refused", "alice", "bob", "carol", "alice"}));
}

TEST_F(FairSemaphoreTest, RefusesANewcomerWhoseOwnPartyIsAsLongAsTheLongest) {
    for (const char* party : {"alice", "alice", "bob", "bob"})
        comes(party);
    EXPECT_EQ(semaphore_.enter("alice"), nullptr);
    first_.reset();
    EXPECT_EQ(order(), (Order{"alice", "bob", "alice", "bob"}));
}

TEST_F(FairSemaphoreTest, LetsAsManyInAsItMay) {
    FairSemaphore semaphore{{.inside = 2, .waiting = 0}};
    const auto one = semaphore.enter("alice");
    auto two = semaphore.enter("alice");
    EXPECT_NE(two, nullptr);
    EXPECT_EQ(semaphore.enter("bob"), nullptr);
    two.reset();
    EXPECT_NE(semaphore.enter("bob"), nullptr);
}

}  // namespace
}  // namespace keyward
