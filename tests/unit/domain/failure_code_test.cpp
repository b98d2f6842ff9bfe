#include "domain/failure_code.hpp"

#include <new>

#include <gtest/gtest.h>

#include "domain/token.hpp"

namespace keyward {
namespace {

TEST(FailureCodes, AreThoseOfTheContract) {
    EXPECT_EQ(to_string(FailureCode::refused_by_token), "refused_by_token");
    EXPECT_EQ(to_string(FailureCode::token_full), "token_full");
    EXPECT_EQ(to_string(FailureCode::hsm_unavailable), "hsm_unavailable");
    EXPECT_EQ(to_string(FailureCode::timeout), "timeout");
    EXPECT_EQ(to_string(FailureCode::check_value_mismatch), "check_value_mismatch");
    EXPECT_EQ(to_string(FailureCode::unproved), "unproved");
    EXPECT_EQ(to_string(FailureCode::not_found), "not_found");
    EXPECT_EQ(to_string(FailureCode::internal_error), "internal_error");
}

TEST(FailureCodes, TellACallThatTookTooLongFromATokenThatIsGone) {
    EXPECT_EQ(failure_code_of(CallTimedOut("late", true)), FailureCode::timeout);
    EXPECT_EQ(failure_code_of(CallTimedOut("queued", false)), FailureCode::timeout);
    EXPECT_EQ(failure_code_of(TokenError(TokenFault::unreachable, "gone")), FailureCode::hsm_unavailable);
}

TEST(FailureCodes, CallWhatIsNoFailureOfATokenInternal) {
    EXPECT_EQ(failure_code_of(std::bad_alloc()), FailureCode::internal_error);
}

}  // namespace
}  // namespace keyward
