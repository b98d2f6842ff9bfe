// What is remembered of logins, and how long it blocks the next one.
#include "hsm/session/login_attempts.hpp"

#include <gtest/gtest.h>

namespace keyward::tests {
namespace {

using namespace std::chrono_literals;
using hsm::LoginAttempts;

class Attempts : public ::testing::Test {
  protected:
    LoginAttempts::PinDigest digest(const std::string& pin) const {
        return attempts_.digest_of(SecretBytes::copy_of(as_bytes(pin)));
    }
    std::chrono::seconds fail(const std::string& pin) {
        return attempts_.failed_unclearly(digest(pin), {TokenFault::unreachable, "unclear", "0x80000071"});
    }
    void refuse(const std::string& pin) {
        attempts_.refused(digest(pin), {TokenFault::pin, "refused", "CKR_PIN_INCORRECT"});
    }

    std::chrono::steady_clock::time_point now_{1h};
    LoginAttempts attempts_{[this] { return now_; }};
};

TEST_F(Attempts, AreFreeAtFirst) {
    EXPECT_FALSE(attempts_.stop());
}

TEST_F(Attempts, StopAtARefusalForEver) {
    refuse("a");
    now_ += 1000h;
    ASSERT_TRUE(attempts_.stop());
    EXPECT_EQ(attempts_.stop()->fault, TokenFault::pin);
}

TEST_F(Attempts, KnowARefusedPinAfterTheyResume) {
    refuse("a");
    attempts_.resume();
    EXPECT_FALSE(attempts_.stop());
    EXPECT_TRUE(attempts_.has_refused(digest("a")));
    EXPECT_FALSE(attempts_.has_refused(digest("b")));
}

TEST_F(Attempts, ForgetRefusalsWhenAPinIsAccepted) {
    refuse("a");
    attempts_.accepted(digest("b"));
    EXPECT_FALSE(attempts_.stop());
    EXPECT_FALSE(attempts_.has_refused(digest("a")));
    EXPECT_TRUE(attempts_.accepted_last(digest("b")));
}

TEST_F(Attempts, ForgetAnAcceptedPinThatIsRefused) {
    attempts_.accepted(digest("a"));
    refuse("a");
    EXPECT_FALSE(attempts_.accepted_last(digest("a")));
}

TEST_F(Attempts, GoOnAfterOneUnclearFailure) {
    EXPECT_EQ(fail("a"), 0s);
    EXPECT_FALSE(attempts_.stop());
}

TEST_F(Attempts, PauseAfterTwoUnclearFailuresAndThenLongerAndLonger) {
    fail("a");
    for (const auto pause : {30s, 60s, 120s, 240s, 480s, 960s, 1920s, 3600s, 3600s}) {
        EXPECT_EQ(fail("a"), pause);
        now_ += pause - 1s;
        EXPECT_TRUE(attempts_.stop());
        now_ += 1s;
        EXPECT_FALSE(attempts_.stop());
    }
}

TEST_F(Attempts, PauseForLessWithAPinThatWasAccepted) {
    attempts_.accepted(digest("a"));
    fail("a");
    for (const auto pause : {10s, 20s, 40s, 80s, 120s, 120s})
        EXPECT_EQ(fail("a"), pause);
}

TEST_F(Attempts, CountAnotherPinByItself) {
    fail("a");
    EXPECT_EQ(fail("b"), 0s);
    EXPECT_EQ(fail("b"), 30s);
}

TEST_F(Attempts, ResumeForOneFailureAndThenPauseForLonger) {
    fail("a");
    EXPECT_EQ(fail("a"), 30s);
    attempts_.resume();
    EXPECT_FALSE(attempts_.stop());
    EXPECT_EQ(fail("a"), 60s);
    EXPECT_TRUE(attempts_.stop());
}

TEST_F(Attempts, BeginTheirPausesAgainAfterASuccess) {
    fail("a");
    fail("a");
    attempts_.accepted(digest("a"));
    EXPECT_EQ(fail("a"), 0s);
    EXPECT_EQ(fail("a"), 10s);
}

TEST(AttemptsOfTwoTokens, MarkTheSamePinDifferently) {
    const LoginAttempts one;
    const LoginAttempts other;
    const SecretBytes pin = SecretBytes::copy_of(as_bytes(std::string("1234")));
    EXPECT_FALSE(equal_secrets(one.digest_of(pin).reveal(), other.digest_of(pin).reveal()));
}

}  // namespace
}  // namespace keyward::tests
