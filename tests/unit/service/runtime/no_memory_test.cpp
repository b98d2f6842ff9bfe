#include <future>
#include <memory>

#include <gtest/gtest.h>

#include "service/runtime/environment.hpp"
#include "tests/fakes/fake_token.hpp"
#include "tests/support/failing_memory.hpp"

namespace keyward::service {
namespace {

using namespace std::chrono_literals;
using test::NoMemoryElsewhere;
using test::NoMemoryHere;

class RecordingResponder final : public DeadlineResponder {
  public:
    void give_up(const ServiceError&) noexcept override { told_.set_value(); }
    std::future<void> told() { return told_.get_future(); }

  private:
    std::promise<void> told_;
};

/// An environment of one place. When an allocation fails, the call may fail; the place and the flags must not
/// be lost with it.
class WithoutMemory : public testing::Test {
  protected:
    static EnvironmentProfile profile(std::chrono::milliseconds deadline) {
        EnvironmentProfile made;
        made.name = "production";
        made.workers = 1;
        made.queue_limit = 4;
        made.deadline = deadline;
        return made;
    }
    int call_here() {
        RecordingResponder responder;
        return environment_.call_here<int>([](Token&) { return 7; }, responder, "alice");
    }
    int call() {
        return environment_.call<int>([](Token&) { return 8; });
    }
    /// Fails the first allocation of the work, the second and so on, until none is left to fail.
    template <typename Work>
    void fail_each_allocation_of(const Work& work) {
        bool failed = true;
        for (std::size_t good = 0; failed; ++good) {
            ASSERT_LT(good, 1000U);
            {
                const NoMemoryHere none(good);
                try {
                    work();
                } catch (const std::bad_alloc&) {  // passed to the caller
                } catch (const TokenError&) {      // the same
                }
                failed = NoMemoryHere::has_failed();
            }
            ASSERT_EQ(call_here(), 7) << "after " << good << " good allocations";
            ASSERT_EQ(call(), 8) << "after " << good << " good allocations";
        }
    }

    std::shared_ptr<fakes::FakeToken> token_ = std::make_shared<fakes::FakeToken>();
    Environment environment_{profile(10s), token_};
};

TEST_F(WithoutMemory, ACallOnItsCallersThreadLeavesItsPlace) {
    fail_each_allocation_of([this] { call_here(); });
}

TEST_F(WithoutMemory, ACallOfAWorkerLeavesItsPlace) {
    fail_each_allocation_of([this] { call(); });
}

TEST_F(WithoutMemory, AProbeDoesNotKeepOutTheNext) {
    fail_each_allocation_of([this] { environment_.probe(); });
    environment_.probe();
    call();  // after the probe
    EXPECT_EQ(environment_.health(), Health::up);
}

/// A call that stays in the only place until it is told to leave.
class HangingCall {
  public:
    explicit HangingCall(Environment& environment)
        : call_(std::async(std::launch::async, [this, &environment] {
              EXPECT_THROW(environment.call_here<int>(
                               [this](Token&) {
                                   entered_.set_value();
                                   left_.get_future().wait();
                                   return 1;
                               },
                               responder_, "alice"),
                           TokenError)
                  << "it is past its deadline";
          })) {
        entered_.get_future().wait();
    }
    void leave() {
        left_.set_value();
        call_.get();
    }
    RecordingResponder& responder() { return responder_; }

  private:
    std::promise<void> entered_;
    std::promise<void> left_;
    RecordingResponder responder_;
    std::future<void> call_;
};

TEST_F(WithoutMemory, TheWatchLetsAHungCallGoAtItsNextLook) {
    Environment environment(profile(20ms), token_);
    HangingCall hanging(environment);
    auto told = hanging.responder().told();
    {
        const NoMemoryElsewhere none;
        NoMemoryElsewhere::wait_for_failures(2);
    }
    EXPECT_EQ(told.wait_for(10s), std::future_status::ready);
    hanging.leave();
}

}  // namespace
}  // namespace keyward::service
