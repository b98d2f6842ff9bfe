// How often a PIN is sent to a token that rejects it, with a module that counts all attempts.
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hsm/cryptoki/errors.hpp"
#include "tests/contract/token/support/shim_lab.hpp"

namespace keyward::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr CK_RV vendors_own = CKR_VENDOR_DEFINED | 0x71UL;
constexpr const char* wrong_pin = "wrong-4711";

class TokenLogin : public ::testing::Test {
  protected:
    TokenLogin() { prepare_process(); }

    /// A token whose PIN source returns `pin_`.
    std::shared_ptr<Token> token(const std::string& label = "production") {
        hsm::TokenSettings settings = lab_.settings(label);
        settings.pin = [this] {
            ++reads_;
            return SecretBytes::copy_of(as_bytes(pin_));
        };
        return lab_.open(settings);
    }

    std::shared_ptr<Token> token_with_wrong_pin() {
        pin_ = wrong_pin;
        return token();
    }
    std::shared_ptr<Token> token_that_shows(CK_FLAGS flags) {
        shim_.token_flags = flags;
        return token();
    }
    void reload(Token& token, const std::string& pin) {
        pin_ = pin;
        token.reload_pin();
    }
    static std::string log_of(const std::function<void()>& calls) {
        ::testing::internal::CaptureStderr();
        calls();
        return ::testing::internal::GetCapturedStderr();
    }

    static TokenError error_of(Token& token) {
        try {
            token.ping();
        } catch (const TokenError& error) {
            return error;
        }
        throw std::logic_error("the login went through");
    }

    static void fail_many_times(Token& token) {
        for (int i = 0; i < 20; ++i)
            EXPECT_THROW(token.ping(), TokenError);
    }

    ShimLab lab_;
    ShimControls& shim_ = lab_.shim();
    std::string pin_ = test_pin;
    int reads_ = 0;
};

TEST_F(TokenLogin, OfAPinThatIsReloadedUnchangedIsNotTriedAgain) {
    const auto refused = token_with_wrong_pin();
    fail_many_times(*refused);
    for (int i = 0; i < 5; ++i) {
        refused->reload_pin();
        fail_many_times(*refused);
    }
    EXPECT_EQ(shim_.logins, 1U);
    EXPECT_STREQ(error_of(*refused).what(),
                 "The PIN is the one that the token refused, and is not sent again; an operator must set it "
                 "right and have it reloaded");
}

TEST_F(TokenLogin, OfAPinThatIsReloadedChangedIsTriedOnce) {
    const auto refused = token_with_wrong_pin();
    fail_many_times(*refused);
    reload(*refused, "wrong-4712");
    fail_many_times(*refused);
    EXPECT_EQ(shim_.logins, 2U);
    reload(*refused, test_pin);
    EXPECT_NO_THROW(refused->ping());
    EXPECT_EQ(shim_.logins, 3U);
}

TEST_F(TokenLogin, OfAPinThatWasRefusedBeforeAnotherOneIsNotTriedAgain) {
    const auto refused = token();
    for (const char* pin : {"wrong-4711", "wrong-4712", "wrong-4711", "wrong-4712"}) {
        reload(*refused, pin);
        EXPECT_EQ(error_of(*refused).fault(), TokenFault::pin);
    }
    EXPECT_EQ(shim_.logins, 2U);
}

TEST_F(TokenLogin, ThatIsRefusedWhileThePinIsReloadedIsTriedAgainWithTheNewOne) {
    const auto refused = token_with_wrong_pin();
    shim_.hang_in_login = true;
    auto ping = std::async(std::launch::async, [&] { refused->ping(); });
    while (shim_.hanging == 0)
        std::this_thread::yield();
    reload(*refused, test_pin);
    shim_.hang_in_login = false;
    EXPECT_THROW(ping.get(), TokenError);
    EXPECT_NO_THROW(refused->ping());
}

TEST_F(TokenLogin, OfARefusedPinIsNotTriedByAnotherEnvironmentOfTheToken) {
    pin_ = wrong_pin;
    const auto first = token();
    const auto second = token();
    fail_many_times(*first);
    fail_many_times(*second);
    EXPECT_EQ(shim_.logins, 1U);
}

TEST_F(TokenLogin, OfAPinThatOneTokenRefusedIsTriedInAnother) {
    lab_.add_token("staging");
    pin_ = wrong_pin;
    EXPECT_THROW(token()->ping(), TokenError);
    const auto staging = token("staging");
    EXPECT_THROW(staging->ping(), TokenError);
    EXPECT_EQ(shim_.logins, 2U);
}

TEST_F(TokenLogin, IsNotTriedByItselfWhenOneTryIsLeft) {
    const auto careful = token_that_shows(CKF_USER_PIN_FINAL_TRY);
    fail_many_times(*careful);
    EXPECT_EQ(shim_.logins, 0U);
    EXPECT_EQ(error_of(*careful).fault(), TokenFault::pin);
    EXPECT_THAT(error_of(*careful).what(), HasSubstr("keyward check --login"));
}

TEST_F(TokenLogin, WithTheLastTryIsTriedWhenAnOperatorAsksForIt) {
    const auto careful = token_that_shows(CKF_USER_PIN_FINAL_TRY);
    EXPECT_THROW(careful->ping(), TokenError);
    careful->reload_pin();
    EXPECT_NO_THROW(careful->ping());
    EXPECT_EQ(shim_.logins, 1U);
}

TEST_F(TokenLogin, WithTheLastTryIsNotTriedWithAPinThatWasRefused) {
    const auto refused = token_with_wrong_pin();
    EXPECT_THROW(refused->ping(), TokenError);
    shim_.token_flags = CKF_USER_PIN_FINAL_TRY;
    refused->reload_pin();
    fail_many_times(*refused);
    EXPECT_EQ(shim_.logins, 1U);
    reload(*refused, test_pin);
    EXPECT_NO_THROW(refused->ping());
    EXPECT_EQ(shim_.logins, 2U);
}

TEST_F(TokenLogin, IsTriedAgainOnceTheTokenShowsThatItHasMoreTriesAgain) {
    const auto careful = token_that_shows(CKF_USER_PIN_FINAL_TRY);
    EXPECT_THROW(careful->ping(), TokenError);
    shim_.token_flags = 0;
    EXPECT_NO_THROW(careful->ping());
}

TEST_F(TokenLogin, IsNotTriedWhileThePinIsLocked) {
    const auto locked = token_that_shows(CKF_USER_PIN_LOCKED);
    EXPECT_EQ(error_of(*locked).fault(), TokenFault::pin);
    locked->reload_pin();
    fail_many_times(*locked);
    EXPECT_EQ(shim_.logins, 0U);
}

TEST_F(TokenLogin, ThatIsNotTriedForWantOfTriesIsLoggedOnce) {
    const auto locked = token_that_shows(CKF_USER_PIN_LOCKED);
    const std::string log = log_of([&] { fail_many_times(*locked); });
    EXPECT_THAT(log, HasSubstr("CKF_USER_PIN_LOCKED"));
    EXPECT_EQ(log.find("login.latched"), log.rfind("login.latched"));
}

/// C_Login returns this value.
class LoginThatAnswers : public TokenLogin, public ::testing::WithParamInterface<CK_RV> {
  protected:
    LoginThatAnswers() { shim_.login = GetParam(); }

    const std::shared_ptr<Token> failing_ = token();
};

class UnclearLogin : public LoginThatAnswers {};

INSTANTIATE_TEST_SUITE_P(Codes, UnclearLogin,
                         ::testing::Values(CKR_ARGUMENTS_BAD, CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED,
                                           CKR_DEVICE_ERROR, CKR_USER_TYPE_INVALID,
                                           CKR_FUNCTION_NOT_SUPPORTED, CKR_TOKEN_WRITE_PROTECTED,
                                           CKR_HOST_MEMORY, vendors_own),
                         [](const auto& test) { return hsm::name_of(test.param); });

TEST_P(UnclearLogin, StopsAfterTwoFailuresOverAllThreads) {
    std::vector<std::future<void>> callers;
    callers.reserve(4);
    for (int i = 0; i < 4; ++i)
        callers.push_back(std::async(std::launch::async, [&] { fail_many_times(*failing_); }));
    for (auto& caller : callers)
        caller.get();
    EXPECT_EQ(shim_.logins, 2U);
    const TokenError error = error_of(*failing_);
    EXPECT_EQ(error.phase(), TokenPhase::logging_in);
    EXPECT_EQ(error.fault(), TokenFault::unreachable);
    EXPECT_EQ(error.code(), hsm::name_of(GetParam()));
    EXPECT_THAT(error.what(), HasSubstr("tried again after a pause"));
}

TEST_P(UnclearLogin, ThatFailedOnceIsTriedAgainAtOnce) {
    EXPECT_THROW(failing_->ping(), TokenError);
    shim_.login = CKR_OK;
    EXPECT_NO_THROW(failing_->ping());
}

TEST_P(UnclearLogin, ResumesForOneTryWhenThePinIsReloaded) {
    fail_many_times(*failing_);
    failing_->reload_pin();
    fail_many_times(*failing_);
    EXPECT_EQ(shim_.logins, 3U);
    shim_.login = CKR_OK;
    failing_->reload_pin();
    EXPECT_NO_THROW(failing_->ping());
}

TEST_F(TokenLogin, WithAModulesOwnCodeForAWrongPinDoesNotLockTheToken) {
    shim_.phases.pin_tries = 3;
    shim_.phases.wrong_pin = vendors_own;
    pin_ = wrong_pin;
    const auto failing = token();
    fail_many_times(*failing);
    EXPECT_EQ(shim_.phases.wrong_pins, 2U);
}

TEST_F(TokenLogin, WhoseFailureTheTokenCountsIsOfAWrongPinWhateverTheCode) {
    shim_.phases.shows_low_count = true;
    shim_.phases.wrong_pin = vendors_own;
    const auto refused = token_with_wrong_pin();
    fail_many_times(*refused);
    EXPECT_EQ(error_of(*refused).fault(), TokenFault::pin);
    EXPECT_EQ(shim_.phases.wrong_pins, 1U);
}

class LostLogin : public LoginThatAnswers {};

INSTANTIATE_TEST_SUITE_P(Codes, LostLogin,
                         ::testing::Values(CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_DEVICE_REMOVED,
                                           CKR_TOKEN_NOT_PRESENT, CKR_CRYPTOKI_NOT_INITIALIZED),
                         [](const auto& test) { return hsm::name_of(test.param); });

TEST_P(LostLogin, SinceThePinDidNotArriveIsTriedAgainAtOnce) {
    fail_many_times(*failing_);
    shim_.login = CKR_OK;
    EXPECT_NO_THROW(failing_->ping());
}

TEST_F(TokenLogin, LeavesNoPinInTheLog) {
    const auto refused = token_with_wrong_pin();
    const std::string log = log_of([&] {
        fail_many_times(*refused);
        refused->reload_pin();
        fail_many_times(*refused);
    });
    EXPECT_THAT(log, Not(HasSubstr(wrong_pin)));
}

}  // namespace
}  // namespace keyward::tests
