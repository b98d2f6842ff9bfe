#include "service/runtime/environment.hpp"

#include <future>
#include <new>

#include <gtest/gtest.h>

#include "tests/fakes/fake_token.hpp"
#include "tests/support/thrown.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

EnvironmentProfile profile(std::size_t workers, std::size_t queue_limit, std::chrono::milliseconds deadline) {
    EnvironmentProfile made;
    made.name = "production";
    made.workers = workers;
    made.queue_limit = queue_limit;
    made.deadline = deadline;
    return made;
}

/// A token whose calls wait for a gate, and the environment over it. The gate opens before the workers are
/// joined.
class GatedEnvironment : public testing::Test {
  protected:
    ~GatedEnvironment() override { open(); }

    void open() {
        if (!opened_) gate_.set_value();
        opened_ = true;
    }

    Call<int>::Work waiting(std::promise<void>& started) {
        return [this, &started](Token&) {
            started.set_value();
            opened_gate_.wait();
            return 1;
        };
    }

    std::shared_ptr<fakes::FakeToken> token_ = std::make_shared<fakes::FakeToken>();
    std::promise<void> gate_;
    std::shared_future<void> opened_gate_ = gate_.get_future().share();
    bool opened_ = false;
};

/// A result that is produced but cannot be moved out.
struct Sticky {
    Sticky() = default;
    Sticky(Sticky&& other) noexcept(false) { *this = std::move(other); }
    Sticky& operator=(Sticky&& other) noexcept(false) {
        moves = other.moves + 1;
        if (moves > 1) throw std::bad_alloc();
        return *this;
    }
    Sticky(const Sticky&) = delete;
    Sticky& operator=(const Sticky&) = delete;
    ~Sticky() = default;
    int moves = 0;
};

TEST_F(GatedEnvironment, GoesOnAfterAResultThatThrows) {
    Environment environment(profile(1, 1, 200ms), token_);
    EXPECT_THROW(environment.begin<Sticky>([](Token&) { return Sticky(); })->wait(), CallTimedOut);
    EXPECT_EQ(environment.call<int>([](Token&) { return 7; }), 7);
    EXPECT_EQ(environment.started_workers(), 1U);
    EXPECT_TRUE(environment.stop(20s));
}

TEST_F(GatedEnvironment, GivesTheResultOfACall) {
    Environment environment(profile(1, 1, 20s), token_);
    EXPECT_EQ(environment.call<int>([](Token&) { return 7; }), 7);
}

TEST_F(GatedEnvironment, HandsOnWhatACallThrows) {
    Environment environment(profile(1, 1, 20s), token_);
    const auto error = test::thrown_by<TokenError>(
        [&] { environment.call<int>([](Token&) -> int { throw TokenError(TokenFault::refused, "no"); }); });
    EXPECT_EQ(error.fault(), TokenFault::refused);
    EXPECT_STREQ(error.what(), "no");
}

TEST_F(GatedEnvironment, AnswersAtTheDeadlineWhileTheCallIsLeftToEnd) {
    Environment environment(profile(1, 1, 30ms), token_);
    std::promise<void> started;
    std::promise<void> late;
    const auto call = environment.begin<int>(waiting(started), [&](Token&) { late.set_value(); });
    started.get_future().wait();
    try {
        environment.wait(*call);
        FAIL() << "the call had not ended";
    } catch (const CallTimedOut& timed_out) {
        EXPECT_TRUE(timed_out.started());
        EXPECT_STREQ(timed_out.what(), "The token of environment production did not answer within 30 ms");
    }
    open();
    late.get_future().wait();
}

TEST_F(GatedEnvironment, NeverStartsACallThatIsPastItsDeadline) {
    Environment environment(profile(1, 4, 30ms), token_);
    std::promise<void> started;
    const auto hanging = environment.begin<int>(waiting(started));
    started.get_future().wait();
    std::atomic<bool> ran = false;
    const auto queued = environment.begin<int>([&](Token&) { return ran = true, 1; });
    try {
        environment.wait(*queued);
        FAIL() << "the only worker was busy";
    } catch (const CallTimedOut& timed_out) {
        EXPECT_FALSE(timed_out.started());
        EXPECT_EQ(timed_out.fault(), TokenFault::busy);
    }
    open();
    EXPECT_TRUE(environment.stop(10s));
    EXPECT_FALSE(ran);
}

TEST_F(GatedEnvironment, AFullQueueRefusesAtOnce) {
    Environment environment(profile(1, 1, 20s), token_);
    std::promise<void> started;
    const auto running = environment.begin<int>(waiting(started));
    started.get_future().wait();
    const auto queued = environment.begin<int>([](Token&) { return 2; });
    EXPECT_EQ(test::thrown_by<TokenError>([&] { environment.begin<int>([](Token&) { return 3; }); }).fault(),
              TokenFault::busy);
    open();
    EXPECT_EQ(environment.wait(*queued), 2);
}

TEST_F(GatedEnvironment, ThreeFailuresInARowOpenTheBreaker) {
    Environment environment(profile(1, 1, 20s), token_);
    token_->set_reachable(false);
    const auto ping = [](Token& token) { return token.ping(), 1; };
    for (int i = 0; i < 3; ++i)
        test::thrown_by<TokenError>([&] { environment.call<int>(ping); });
    token_->set_reachable(true);
    const auto error = test::thrown_by<TokenError>([&] { environment.call<int>(ping); });
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
    EXPECT_STREQ(error.what(), "The token of environment production can't be reached at present");
    EXPECT_EQ(environment.health(), Health::down);
}

TEST_F(GatedEnvironment, ARefusalIsASignOfLife) {
    Environment environment(profile(1, 1, 20s), token_);
    const auto refuse = [](Token&) -> int { throw TokenError(TokenFault::refused, "no"); };
    for (int i = 0; i < 5; ++i)
        test::thrown_by<TokenError>([&] { environment.call<int>(refuse); });
    EXPECT_EQ(environment.call<int>([](Token&) { return 1; }), 1);
}

TEST_F(GatedEnvironment, AProbeClosesTheBreakerWhenTheTokenAnswersAgain) {
    Environment environment(profile(1, 1, 20s), token_);
    token_->set_reachable(false);
    for (int i = 0; i < 3; ++i)
        test::thrown_by<TokenError>(
            [&] { environment.call<int>([](Token& token) { return token.ping(), 1; }); });
    token_->set_reachable(true);
    environment.probe();
    while (environment.health() != Health::up)
        std::this_thread::yield();
    EXPECT_EQ(environment.call<int>([](Token&) { return 1; }), 1);
}

TEST_F(GatedEnvironment, HealthIsUnknownBeforeTheFirstProbe) {
    const Environment environment(profile(1, 1, 20s), token_);
    EXPECT_EQ(environment.health(), Health::unknown);
}

TEST_F(GatedEnvironment, OverlooksNoCallThatIsQueued) {
    Environment environment(profile(1, 1, 1s), token_);
    for (int i = 0; i < 200; ++i)
        ASSERT_EQ(environment.call<int>([=](Token&) { return i; }), i);
}

TEST_F(GatedEnvironment, StoppingReportsACallThatHangs) {
    Environment environment(profile(1, 1, 20s), token_);
    std::promise<void> started;
    const auto hanging = environment.begin<int>(waiting(started));
    started.get_future().wait();
    EXPECT_FALSE(environment.stop(10ms));
    open();
    EXPECT_EQ(hanging->wait(), 1);
}

TEST_F(GatedEnvironment, StartsNoThreadBeforeACallNeedsIt) {
    const Environment environment(profile(16, 128, 20s), token_);
    EXPECT_EQ(environment.started_workers(), 0U);
}

TEST_F(GatedEnvironment, OneCallAfterTheOtherNeedsFewThreads) {
    Environment environment(profile(16, 128, 20s), token_);
    for (int i = 0; i < 100; ++i)
        environment.call<int>([=](Token&) { return i; });
    EXPECT_LT(environment.started_workers(), 16U);
}

TEST_F(GatedEnvironment, StartsAsManyThreadsAsCallsRunAndNoMoreThanItMay) {
    Environment environment(profile(3, 128, 20s), token_);
    std::vector<std::shared_ptr<Call<int>>> calls;
    for (int i = 0; i < 10; ++i)
        calls.push_back(environment.begin<int>([this](Token&) {
            opened_gate_.wait();
            return 1;
        }));
    EXPECT_EQ(environment.started_workers(), 3U);
    open();
    for (const auto& call : calls)
        EXPECT_EQ(environment.wait(*call), 1);
}

TEST_F(GatedEnvironment, AFailureAtOneKeyIsASignOfLife) {
    Environment environment(profile(1, 1, 20s), token_);
    for (const TokenFault fault :
         {TokenFault::failed, TokenFault::wrong_value, TokenFault::mismatch, TokenFault::full}) {
        for (int i = 0; i < 5; ++i)
            test::thrown_by<TokenError>(
                [&] { environment.call<int>([&](Token&) -> int { throw TokenError(fault, "no"); }); });
        EXPECT_EQ(environment.call<int>([](Token&) { return 1; }), 1);
    }
}

TEST_F(GatedEnvironment, AProbeThatThrowsAnythingIsFollowedByAnother) {
    Environment environment(profile(1, 1, 20s), token_);
    std::atomic<int> pings = 0;
    token_->in_next_ping([&]() {
        ++pings;
        throw std::bad_alloc();
    });
    environment.probe();
    while (pings == 0)
        std::this_thread::yield();
    while (environment.health() != Health::up) {
        environment.probe();
        std::this_thread::yield();
    }
}

TEST_F(GatedEnvironment, AProbeThatFindsTheQueueFullIsFollowedByAnother) {
    Environment environment(profile(1, 1, 20s), token_);
    std::promise<void> started;
    const auto running = environment.begin<int>(waiting(started));
    started.get_future().wait();
    const auto queued = environment.begin<int>([](Token&) { return 2; });
    environment.probe();
    open();
    EXPECT_EQ(environment.wait(*queued), 2);
    while (environment.health() != Health::up) {
        environment.probe();
        std::this_thread::yield();
    }
}

TEST_F(GatedEnvironment, WhatThrowsAfterItsCallerHasGoneEndsNoThread) {
    Environment environment(profile(1, 1, 30ms), token_);
    std::promise<void> started;
    const auto call = environment.begin<int>(waiting(started), [](Token&) { throw std::bad_alloc(); });
    started.get_future().wait();
    EXPECT_THROW(environment.wait(*call), CallTimedOut);
    open();
    EXPECT_EQ(environment.call<int>([](Token&) { return 1; }, 20s), 1);
}

TEST(BreakerTest, DoesNotCountACallThatHangsWhileTheTokenAnswersOthers) {
    Breaker breaker(1);
    const auto begun = std::chrono::steady_clock::now() - 1s;
    breaker.succeeded();
    breaker.timed_out(begun);
    EXPECT_FALSE(breaker.is_open());
    EXPECT_FALSE(breaker.last_fault());
}

TEST(BreakerTest, CountsACallThatHangsAndAfterWhichNothingWasAnswered) {
    Breaker breaker(1);
    breaker.succeeded();
    breaker.timed_out(std::chrono::steady_clock::now() + 1s);
    EXPECT_TRUE(breaker.is_open());
}

}  // namespace
}  // namespace keyward::service
