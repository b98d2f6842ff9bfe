// Calls on the caller's own thread.
#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "service/environment.hpp"
#include "tests/fakes/fake_token.hpp"

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

/// Remembers what it is told.
class Client final : public Waiter {
  public:
    void give_up(const ServiceError& why) noexcept override {
        ++times_;
        told_.set_value(why);
    }
    ServiceError told() { return told_.get_future().get(); }
    [[nodiscard]] int times() const { return times_; }

  private:
    std::promise<ServiceError> told_;
    std::atomic<int> times_ = 0;
};

/// Who calls, on a thread of their own, something that waits for a gate.
class CallsHere : public testing::Test {
  protected:
    ~CallsHere() override { open(); }

    void open() {
        if (!opened_) gate_.set_value();
        opened_ = true;
    }

    /// A call that has begun and hangs until the gate opens.
    std::future<int> hanging(Environment& environment, Client& client) {
        std::promise<void> begun;
        auto call = std::async(std::launch::async, [&, gate = opened_gate_] {
            return environment.call_here<int>(
                [&](Token&) {
                    begun.set_value();
                    gate.wait();
                    return 1;
                },
                client);
        });
        begun.get_future().wait();
        return call;
    }

    static TokenError error_of(std::future<int> call) {
        try {
            call.get();
        } catch (const TokenError& error) {
            return error;
        }
        throw std::logic_error("nothing was thrown");
    }

    std::shared_ptr<fakes::FakeToken> token_ = std::make_shared<fakes::FakeToken>();
    Client client_;
    std::promise<void> gate_;
    std::shared_future<void> opened_gate_ = gate_.get_future().share();
    bool opened_ = false;
};

TEST_F(CallsHere, RunOnTheCallersThread) {
    Environment environment(profile(1, 1, 20s), token_);
    EXPECT_EQ(
        environment.call_here<std::thread::id>([](Token&) { return std::this_thread::get_id(); }, client_),
        std::this_thread::get_id());
}

TEST_F(CallsHere, HandOnWhatTheyThrow) {
    Environment environment(profile(1, 1, 20s), token_);
    const auto refuse = [](Token&) -> int { throw TokenError(TokenFault::refused, "no"); };
    try {
        environment.call_here<int>(refuse, client_);
        FAIL() << "nothing was thrown";
    } catch (const TokenError& error) {
        EXPECT_STREQ(error.what(), "no");
    }
    EXPECT_EQ(environment.call_here<int>([](Token&) { return 2; }, client_), 2);
}

TEST_F(CallsHere, ThatHangAreGivenUpAtTheDeadline) {
    Environment environment(profile(1, 1, 30ms), token_);
    auto call = hanging(environment, client_);
    const ServiceError told = client_.told();
    EXPECT_EQ(told.kind(), ErrorKind::hsm_unavailable);
    EXPECT_STREQ(told.what(), "production: The token of environment production did not answer within 30 ms");
    open();
    const TokenError error = error_of(std::move(call));
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
    EXPECT_EQ(client_.times(), 1);
}

TEST_F(CallsHere, ThatHaveEndedAreNotGivenUp) {
    Environment environment(profile(2, 1, 30ms), token_);
    Client quick;
    EXPECT_EQ(environment.call_here<int>([](Token&) { return 1; }, quick), 1);
    const auto call = hanging(environment, client_);
    client_.told();
    EXPECT_EQ(quick.times(), 0);
    open();
}

TEST_F(CallsHere, TakeThePlacesOfWorkers) {
    Environment environment(profile(1, 4, 50ms), token_);
    const auto call = hanging(environment, client_);
    std::atomic<bool> ran = false;
    const auto queued = environment.begin<int>([&](Token&) { return ran = true, 1; });
    try {
        environment.wait(*queued);
        FAIL() << "the only place was taken";
    } catch (const CallTimedOut& late) {
        EXPECT_FALSE(late.started());
    }
    EXPECT_FALSE(ran);
    open();
}

TEST_F(CallsHere, WaitForAPlaceNoLongerThanTheirDeadline) {
    Environment environment(profile(1, 4, 50ms), token_);
    const auto call = hanging(environment, client_);
    Client second;
    try {
        environment.call_here<int>([](Token&) { return 2; }, second);
        FAIL() << "the only place was taken";
    } catch (const CallTimedOut& late) {
        EXPECT_EQ(late.fault(), TokenFault::busy);
    }
    EXPECT_EQ(second.times(), 0);
    open();
}

TEST_F(CallsHere, GetThePlaceThatIsLeft) {
    Environment environment(profile(1, 4, 20s), token_);
    auto first = hanging(environment, client_);
    Client second;
    auto waiting = std::async(std::launch::async,
                              [&] { return environment.call_here<int>([](Token&) { return 2; }, second); });
    open();
    EXPECT_EQ(first.get(), 1);
    EXPECT_EQ(waiting.get(), 2);
}

TEST_F(CallsHere, AreRefusedWhenTooManyWait) {
    Environment environment(profile(1, 0, 20s), token_);
    const auto call = hanging(environment, client_);
    try {
        environment.call_here<int>([](Token&) { return 2; }, client_);
        FAIL() << "nobody may wait";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::busy);
        EXPECT_STREQ(error.what(), "Environment production has too many calls waiting");
    }
    open();
}

TEST_F(CallsHere, OpenTheBreakerWhenThreeAreGivenUp) {
    Environment environment(profile(3, 1, 30ms), token_);
    std::array<Client, 3> clients;
    std::vector<std::future<int>> calls;
    for (Client& client : clients)
        calls.push_back(hanging(environment, client));
    for (Client& client : clients)
        client.told();
    EXPECT_EQ(environment.health(), Health::down);
    try {
        environment.call_here<int>([](Token&) { return 2; }, client_);
        FAIL() << "the breaker is closed";
    } catch (const TokenError& error) {
        EXPECT_STREQ(error.what(), "The token of environment production can't be reached at present");
    }
    open();
}

TEST_F(CallsHere, ThatHangAreReportedByStopping) {
    Environment environment(profile(1, 1, 20s), token_);
    auto call = hanging(environment, client_);
    EXPECT_FALSE(environment.stop(10ms));
    open();
    EXPECT_EQ(call.get(), 1);
}

TEST_F(CallsHere, ThatWaitForAPlaceAreLetGoByStopping) {
    Environment environment(profile(1, 4, 20s), token_);
    const auto call = hanging(environment, client_);
    Client second;
    std::promise<void> asking;
    auto waiting = std::async(std::launch::async, [&] {
        asking.set_value();
        return environment.call_here<int>([](Token&) { return 2; }, second);
    });
    asking.get_future().wait();
    EXPECT_FALSE(environment.stop(10ms));
    EXPECT_STREQ(error_of(std::move(waiting)).what(), "The service is being stopped");
    open();
}

}  // namespace
}  // namespace keyward::service
