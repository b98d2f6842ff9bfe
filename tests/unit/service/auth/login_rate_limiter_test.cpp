#include "service/auth/login_rate_limiter.hpp"

#include <gtest/gtest.h>

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

const std::string here = "192.0.2.1";

/// A rate limiter whose clock stands still until a test moves it.
class LoginRateLimiterTest : public testing::Test {
  protected:
    void fail(int times, const std::string& user, const std::string& address = here) {
        for (int i = 0; i < times; ++i)
            limiter_.failed(user, address);
    }
    /// Failures of one user, each from a different address.
    void fail_from_everywhere(int times, const std::string& user) {
        for (int i = 0; i < times; ++i)
            limiter_.failed(user, "198.51.100." + std::to_string(++addresses_));
    }
    auto wait(const std::string& user, const std::string& address = here) {
        return limiter_.wait(user, address).count();
    }

    std::chrono::steady_clock::time_point now_{1h};
    LoginRateLimiter limiter_{[this] { return now_; }};
    int addresses_ = 0;
};

TEST_F(LoginRateLimiterTest, FourFailuresCostNothing) {
    EXPECT_EQ(wait("alice"), 0);
    fail(4, "alice");
    EXPECT_EQ(wait("alice"), 0);
}

TEST_F(LoginRateLimiterTest, FromTheFifthOnEachFailureDoublesTheWaitUpToAMinute) {
    fail(4, "alice");
    for (const int expected : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
        fail(1, "alice");
        EXPECT_EQ(wait("alice"), expected);
    }
    fail(100, "alice");
    EXPECT_EQ(wait("alice"), 60);
}

TEST_F(LoginRateLimiterTest, TheWaitIsToldInWholeSecondsRoundedUp) {
    fail(7, "alice");
    now_ += 1ms;
    EXPECT_EQ(wait("alice"), 4);
    now_ += 2999ms;
    EXPECT_EQ(wait("alice"), 1);
    now_ += 999ms;
    EXPECT_EQ(wait("alice"), 1);
    now_ += 1ms;
    EXPECT_EQ(wait("alice"), 0);
}

TEST_F(LoginRateLimiterTest, AnotherAddressDoesNotHelpTheUser) {
    fail_from_everywhere(5, "alice");
    EXPECT_EQ(wait("alice", "203.0.113.1"), 1);
    EXPECT_EQ(wait("bob", "203.0.113.1"), 0);
}

TEST_F(LoginRateLimiterTest, AUserNeverWaitsLongerThanTwoSeconds) {
    fail_from_everywhere(100, "alice");
    EXPECT_EQ(wait("alice", "203.0.113.1"), 2);
}

TEST_F(LoginRateLimiterTest, AnotherUserDoesNotHelpTheAddress) {
    for (const char* user : {"a", "b", "c", "d", "e"})
        fail(1, user);
    EXPECT_EQ(wait("f"), 1);
    EXPECT_EQ(wait("f", "203.0.113.1"), 0);
}

TEST_F(LoginRateLimiterTest, TheLongerOfTheTwoWaitsCounts) {
    fail_from_everywhere(8, "alice");
    fail(5, "bob");
    EXPECT_EQ(wait("alice"), 2);
    EXPECT_EQ(wait("bob"), 1);
    fail(3, "carol");
    EXPECT_EQ(wait("alice"), 8);
}

TEST_F(LoginRateLimiterTest, ASuccessForgetsTheUsersFailures) {
    fail_from_everywhere(6, "alice");
    limiter_.succeeded("alice");
    EXPECT_EQ(wait("alice"), 0);
    fail_from_everywhere(4, "alice");
    EXPECT_EQ(wait("alice"), 0);
}

TEST_F(LoginRateLimiterTest, ASuccessDoesNotForgetTheAddresssFailures) {
    fail(4, "alice");
    limiter_.succeeded("alice");
    fail(1, "bob");
    EXPECT_EQ(wait("carol"), 1);
}

TEST_F(LoginRateLimiterTest, ARowGoesOnAfterItsWait) {
    fail(6, "alice");
    now_ += 10min;
    EXPECT_EQ(wait("alice"), 0);
    fail(1, "alice");
    EXPECT_EQ(wait("alice"), 4);
}

TEST_F(LoginRateLimiterTest, ARowIsForgottenAQuarterOfAnHourAfterItsLastFailure) {
    fail(10, "alice");
    now_ += 15min;
    fail(4, "alice");
    EXPECT_EQ(wait("alice"), 0);
    fail(1, "alice");
    EXPECT_EQ(wait("alice"), 1);
}

TEST_F(LoginRateLimiterTest, OneIPv6NetworkIsOneAddress) {
    for (int i = 1; i <= 5; ++i)
        fail(1, "user" + std::to_string(i), "2001:db8:0:1::" + std::to_string(i));
    EXPECT_EQ(wait("f", "2001:db8:0:1:ffff::1"), 1);
    EXPECT_EQ(wait("f", "2001:db8:0:2::1"), 0);
}

TEST(BackoffTracker, HoldNoMoreThanTheyMay) {
    BackoffTracker counts({.free = 4}, 3);
    for (int i = 0; i < 100; ++i)
        counts.failed(std::to_string(i), BackoffTracker::Time(std::chrono::seconds(1000 + i)));
    EXPECT_EQ(counts.size(), 3U);
}

TEST(BackoffTracker, MakeRoomAtTheCostOfTheOneThatHasBeenIdleLongest) {
    BackoffTracker counts({.free = 4}, 3);
    BackoffTracker::Time now{1h};
    const auto fail = [&](const std::string& party, int times) {
        for (int i = 0; i < times; ++i)
            counts.failed(party, now);
        now += 100ms;
    };
    fail("waiting", 8);
    fail("idle longest", 4);
    fail("idle", 4);
    fail("new", 1);
    fail("idle", 1);
    EXPECT_GT(counts.waits_until("idle"), now) << "its four failures are still known";
    EXPECT_GT(counts.waits_until("waiting"), now);
    fail("idle longest", 1);
    EXPECT_LE(counts.waits_until("idle longest"), now) << "its four failures are forgotten";
}

}  // namespace
}  // namespace keyward::service
