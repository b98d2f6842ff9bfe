#include "base/contain.hpp"

#include <new>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyward {
namespace {

TEST(Contain, RunsTheWork) {
    bool ran = false;
    EXPECT_TRUE(contain("a test", [&] { ran = true; }));
    EXPECT_TRUE(ran);
}

TEST(Contain, LetsNothingOutAndLogsIt) {
    ::testing::internal::CaptureStderr();
    EXPECT_FALSE(contain("a test", [] { throw std::bad_alloc(); }));
    EXPECT_FALSE(contain("a test", [] { throw 3; }));
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(log, ::testing::HasSubstr(
                         R"("event":"exception.contained","where":"a test","reason":"std::bad_alloc")"));
    EXPECT_THAT(log, ::testing::HasSubstr(R"("reason":"not a std::exception")"));
}

}  // namespace
}  // namespace keyward
