#include <gtest/gtest.h>

#include "service/runtime/environments.hpp"

namespace keyward::service {
namespace {

TEST(ThreadLimits, OfFewEnvironmentsAreTheirSessionsAndEightTimesAsMuchWaiting) {
    for (const std::size_t environments : {1U, 2U, 3U}) {
        const ThreadLimits limits = thread_limits(16, environments, 2);
        EXPECT_EQ(limits.workers, 16U);
        EXPECT_EQ(limits.queue, 128U);
    }
}

TEST(ThreadLimits, OfManyEnvironmentsStayTogetherBelowTheMachines) {
    const ThreadLimits limits = thread_limits(16, 32, 2);
    EXPECT_EQ(limits.workers, 8U);
    EXPECT_EQ(limits.queue, 8U);
    EXPECT_LE(32 * (limits.workers + limits.queue), 512U);
}

TEST(ThreadLimits, GrowWithTheMachine) {
    const ThreadLimits limits = thread_limits(16, 32, 32);
    EXPECT_EQ(limits.workers, 16U);
    EXPECT_EQ(limits.queue, 112U);
}

TEST(ThreadLimits, NeverUseMoreThan64SessionsAtOnce) {
    EXPECT_EQ(thread_limits(1024, 1, 8).workers, 64U);
}

TEST(ThreadLimits, LeaveEachEnvironmentAShareHoweverManyThereAre) {
    const ThreadLimits limits = thread_limits(16, 1000, 1);
    EXPECT_EQ(limits.workers, 8U);
    EXPECT_EQ(limits.queue, 8U);
}

TEST(ThreadLimits, KeepToTheSessionsOfASmallToken) {
    const ThreadLimits limits = thread_limits(1, 1, 2);
    EXPECT_EQ(limits.workers, 1U);
    EXPECT_EQ(limits.queue, 8U);
}

}  // namespace
}  // namespace keyward::service
