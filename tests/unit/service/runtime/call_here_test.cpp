#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "service/runtime/environment.hpp"
#include "tests/fakes/fake_token.hpp"
#include "tests/support/polling.hpp"
#include "tests/support/thrown.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

/// Records why it gave up; a second call is a failure.
class RecordingResponder final : public DeadlineResponder {
  public:
    void give_up(const ServiceError& why) noexcept override {
        ++times;
        why_.set_value(why);
    }
    ServiceError why() { return why_.get_future().get(); }

    std::atomic<int> times = 0;

  private:
    std::promise<ServiceError> why_;
};

/// An environment of one place, and a call on a thread of its own that stays in the token until the gate
/// opens.
class CallHereTest : public testing::Test {
  protected:
    void TearDown() override { finish(); }

    void make(std::chrono::milliseconds deadline, std::size_t queue_limit = 4) {
        EnvironmentProfile profile;
        profile.name = "production";
        profile.workers = 1;
        profile.queue_limit = queue_limit;
        profile.deadline = deadline;
        environment_ = std::make_unique<Environment>(profile, token_);
    }
    /// Returns when the call is in the token.
    void hang() {
        hanging_ = std::async(std::launch::async, [this] {
            return environment_->call_here<int>(
                [this](Token&) {
                    started_.set_value();
                    opened_gate_.wait();
                    return 1;
                },
                responder_, "alice");
        });
        started_.get_future().wait();
    }
    void finish() {
        if (!opened_) gate_.set_value();
        opened_ = true;
    }
    int call(const std::string& user = "alice") {
        RecordingResponder responder;
        return environment_->call_here<int>([](Token&) { return 7; }, responder, user);
    }
    TokenError refused_call() {
        return test::thrown_by<TokenError>([this] { call(); });
    }

    std::shared_ptr<fakes::FakeToken> token_ = std::make_shared<fakes::FakeToken>();
    std::unique_ptr<Environment> environment_;
    std::promise<void> gate_;
    std::shared_future<void> opened_gate_ = gate_.get_future().share();
    bool opened_ = false;
    std::promise<void> started_;
    RecordingResponder responder_;
    std::future<int> hanging_;
};

TEST_F(CallHereTest, RunsOnTheCallersThread) {
    make(20s);
    const auto thread = environment_->call_here<std::thread::id>(
        [](Token&) { return std::this_thread::get_id(); }, responder_, "alice");
    EXPECT_EQ(thread, std::this_thread::get_id());
    EXPECT_EQ(responder_.times, 0);
}

TEST_F(CallHereTest, HandsOnWhatItThrowsAndLeavesItsPlace) {
    make(20s);
    for (int i = 0; i < 10; ++i) {
        const auto error = test::thrown_by<TokenError>([&] {
            environment_->call_here<int>([](Token&) -> int { throw TokenError(TokenFault::refused, "no"); },
                                         responder_, "alice");
        });
        EXPECT_EQ(error.fault(), TokenFault::refused);
        EXPECT_STREQ(error.what(), "no");
    }
    EXPECT_THROW(
        environment_->call_here<int>([](Token&) -> int { throw std::bad_alloc(); }, responder_, "alice"),
        std::bad_alloc);
    EXPECT_EQ(call(), 7);
}

TEST_F(CallHereTest, AnswersItsClientAtTheDeadlineAndIsLeftToEnd) {
    make(30ms);
    hang();
    const ServiceError why = responder_.why();
    EXPECT_EQ(why.kind(), ErrorKind::hsm_unavailable);
    EXPECT_STREQ(why.what(), "production: The token of environment production did not answer within 30 ms");
    finish();
    const auto error = test::thrown_by<TokenError>([this] { hanging_.get(); });
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
    EXPECT_STREQ(error.what(), "The token of environment production did not answer within 30 ms");
    EXPECT_EQ(responder_.times, 1);
}

TEST_F(CallHereTest, ThatHangsCountsForTheBreakerWhileItHangs) {
    make(30ms);
    hang();
    responder_.why();
    EXPECT_EQ(environment_->health(), Health::down);
}

TEST_F(CallHereTest, FailuresOpenTheBreaker) {
    make(20s);
    token_->set_reachable(false);
    const auto ping = [this] {
        environment_->call_here<int>([](Token& token) { return token.ping(), 1; }, responder_, "alice");
    };
    for (int i = 0; i < 3; ++i)
        EXPECT_STREQ(test::thrown_by<TokenError>(ping).what(), "The token can't be reached");
    token_->set_reachable(true);
    EXPECT_STREQ(test::thrown_by<TokenError>(ping).what(),
                 "The token of environment production can't be reached at present");
}

TEST_F(CallHereTest, WaitsForAPlaceAndGivesUpWithoutHavingBegun) {
    make(30ms);
    hang();
    responder_.why();
    const auto error = refused_call();
    EXPECT_EQ(error.fault(), TokenFault::busy);
    EXPECT_STREQ(error.what(), "Environment production has too many calls waiting");
}

TEST_F(CallHereTest, GoesOnWhenAPlaceIsLeft) {
    make(20s);
    hang();
    auto second = std::async(std::launch::async, [this] { return call(); });
    finish();
    EXPECT_EQ(second.get(), 7);
    EXPECT_EQ(hanging_.get(), 1);
}

TEST_F(CallHereTest, IsRefusedAtOnceWhenTooManyWait) {
    make(20s, 0);
    hang();
    const auto error = refused_call();
    EXPECT_EQ(error.fault(), TokenFault::busy);
    EXPECT_STREQ(error.what(), "Environment production has too many calls waiting");
}

TEST_F(CallHereTest, IsRefusedAtOnceWhenTooManyWaitForAWorker) {
    make(20s, 1);
    hang();
    const auto queued = environment_->begin<int>([](Token&) { return 3; });
    EXPECT_STREQ(refused_call().what(), "Environment production has too many calls waiting");
    finish();
    EXPECT_EQ(environment_->wait(*queued), 3);
}

TEST_F(CallHereTest, TakesThePlaceOfAWorkersCall) {
    make(20s);
    hang();
    const auto queued = environment_->begin<int>([](Token&) { return 3; });
    finish();
    EXPECT_EQ(environment_->wait(*queued), 3);
}

TEST_F(CallHereTest, WaitsForThePlaceOfAWorkersCall) {
    make(20s);
    const auto running = environment_->begin<int>([this](Token&) {
        started_.set_value();
        opened_gate_.wait();
        return 4;
    });
    started_.get_future().wait();
    auto second = std::async(std::launch::async, [this] { return call(); });
    finish();
    EXPECT_EQ(second.get(), 7);
    EXPECT_EQ(environment_->wait(*running), 4);
}

TEST_F(CallHereTest, NeverHasMoreInTheTokenThanThereArePlaces) {
    make(20s, 64);
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    const auto work = [&](Token&) {
        const int now = ++inside;
        if (now > most) most = now;
        std::this_thread::yield();
        return --inside;
    };
    std::vector<std::future<void>> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i)
        threads.push_back(std::async(std::launch::async, [&, here = i % 2 == 0] {
            for (int round = 0; round < 200; ++round) {
                RecordingResponder responder;
                if (here)
                    environment_->call_here<int>(work, responder, "alice");
                else
                    environment_->call<int>(work);
            }
        }));
    for (auto& thread : threads)
        thread.get();
    EXPECT_EQ(most, 1);
}

/// Calls that wait behind one that is in the token, and the order in which they enter it.
class CallHereByTurns : public CallHereTest {
  protected:
    /// Returns when the call waits, or has been refused; `others` wait for workers.
    void comes(const std::string& user, std::size_t others = 0) {
        threads_.emplace_back([this, user] { note(outcome_of(user)); });
        ++come_;
        await_all(others);
    }
    /// Returns when every call that has come waits, or has been refused.
    void await_all(std::size_t others) {
        EXPECT_TRUE(test::comes_true([&] {
            return environment_->waiting_calls() + order_length() == come_ + others;
        })) << "a call neither waits nor is refused";
    }
    std::vector<std::string> order() {
        finish();
        threads_.clear();
        const std::lock_guard lock(mutex_);
        return order_;
    }
    void note(const std::string& outcome) {
        const std::lock_guard lock(mutex_);
        if (!outcome.empty()) order_.push_back(outcome);
    }

  private:
    std::string outcome_of(const std::string& user) {
        try {
            RecordingResponder responder;
            environment_->call_here<int>([&](Token&) { return note(user), 1; }, responder, user);
            return {};
        } catch (const TokenError& error) {
            return user + ": " + error.what();
        }
    }
    std::size_t order_length() {
        const std::lock_guard lock(mutex_);
        return order_.size();
    }

    std::size_t come_ = 0;
    std::mutex mutex_;
    std::vector<std::string> order_;
    std::vector<std::jthread> threads_;
};

using Order = std::vector<std::string>;

TEST_F(CallHereByTurns, GoesBeforeTheSecondCallThatAnotherUserHasAWorkerMake) {
    make(20s);
    hang();
    const auto begin = [this](const std::string& user) {
        return environment_->begin<int>([this, user](Token&) { return note(user), 1; }, {}, {}, user);
    };
    const auto first = begin("alice");
    const auto second = begin("alice");
    comes("bob", 2);
    finish();
    EXPECT_EQ(environment_->wait(*first) + environment_->wait(*second), 2);
    EXPECT_EQ(order(), (Order{"alice", "bob", "alice"}));
}

TEST_F(CallHereByTurns, DisplacesACallThatAnotherUserHasAWorkerMake) {
    make(20s, 2);
    hang();
    const auto first = environment_->begin<int>([](Token&) { return 1; }, {}, {}, "alice");
    const auto second = environment_->begin<int>([](Token&) { return 2; }, {}, {}, "alice");
    comes("bob", 1);
    const auto refused = test::thrown_by<TokenError>([&] { environment_->wait(*second); });
    EXPECT_EQ(refused.fault(), TokenFault::busy);
    EXPECT_STREQ(refused.what(), "Environment production has too many calls waiting");
    EXPECT_EQ(order(), Order{"bob"});
    EXPECT_EQ(environment_->wait(*first), 1);
}

TEST_F(CallHereByTurns, GivesWayToACallThatAnotherUserHasAWorkerMake) {
    make(20s, 2);
    hang();
    comes("alice");
    comes("alice");
    const auto call = environment_->begin<int>([this](Token&) { return note("bob"), 1; }, {}, {}, "bob");
    await_all(1);
    finish();
    EXPECT_EQ(environment_->wait(*call), 1);
    EXPECT_EQ(order(), (Order{"alice: Environment production has too many calls waiting", "alice", "bob"}));
}

TEST_F(CallHereByTurns, GoesBeforeTheSecondOfAnotherUser) {
    make(20s);
    hang();
    for (const char* user : {"alice", "alice", "alice", "bob"})
        comes(user);
    EXPECT_EQ(order(), (Order{"alice", "bob", "alice", "alice"}));
}

TEST_F(CallHereByTurns, DisplacesTheLastOfTheUserOfWhomMostWait) {
    make(20s, 3);
    hang();
    for (const char* user : {"alice", "alice", "alice", "bob"})
        comes(user);
    EXPECT_EQ(order(),
              (Order{"alice: Environment production has too many calls waiting", "alice", "bob", "alice"}));
}

TEST_F(CallHereTest, LetsWorkersHaveTheirTurn) {
    make(20s);
    std::atomic<bool> ended = false;
    std::vector<std::jthread> flood;
    flood.reserve(4);
    for (int i = 0; i < 4; ++i)
        flood.emplace_back([&] {
            while (!ended)
                call();
        });
    EXPECT_EQ(environment_->call<int>([](Token&) { return 3; }), 3);
    ended = true;
}

TEST_F(CallHereTest, IsRefusedWhenTheServiceIsBeingStopped) {
    make(20s);
    EXPECT_TRUE(environment_->stop(10s));
    const auto error = refused_call();
    EXPECT_EQ(error.fault(), TokenFault::busy);
    EXPECT_STREQ(error.what(), "The service is being stopped");
}

TEST_F(CallHereTest, ThatHangsIsReportedByStopping) {
    make(20s);
    hang();
    EXPECT_FALSE(environment_->stop(10ms));
    finish();
    EXPECT_EQ(hanging_.get(), 1);
}

TEST_F(CallHereTest, ThatEndsIsWaitedForByStopping) {
    make(20s);
    hang();
    auto stopping = std::async(std::launch::async, [this] { return environment_->stop(10s); });
    finish();
    EXPECT_TRUE(stopping.get());
    EXPECT_EQ(hanging_.get(), 1);
}

}  // namespace
}  // namespace keyward::service
