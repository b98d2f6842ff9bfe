#include "service/operations/adaptive_batch_size.hpp"

#include <gtest/gtest.h>

namespace keyward::service {
namespace {

using namespace std::chrono_literals;

class BatchPaceTest : public testing::Test {
  protected:
    std::chrono::steady_clock::time_point now_{1h};
    AdaptiveBatchSize pace_{[this] { return now_; }, 5s};
};

TEST_F(BatchPaceTest, BeginsWithOneOperation) {
    EXPECT_EQ(pace_.next(), 1U);
}

TEST_F(BatchPaceTest, GoesOnWithManyWhenOneTakesNoTime) {
    pace_.done(1);
    EXPECT_EQ(pace_.next(), AdaptiveBatchSize::most);
}

TEST_F(BatchPaceTest, TakesAsManyAsFitIntoATenthOfTheDeadline) {
    now_ += 100ms;
    pace_.done(1);
    EXPECT_EQ(pace_.next(), 5U);
    now_ += 5 * 50ms;
    pace_.done(5);
    EXPECT_EQ(pace_.next(), 10U);
}

TEST_F(BatchPaceTest, TakesOneOfThoseThatAreSlowerThanThat) {
    now_ += 3s;
    pace_.done(1);
    EXPECT_EQ(pace_.next(), 1U);
}

TEST_F(BatchPaceTest, IsOverAfterTwiceTheDeadline) {
    EXPECT_EQ(pace_.limit(), 10s);
    now_ += 10s;
    EXPECT_FALSE(pace_.is_over());
    now_ += 1ns;
    EXPECT_TRUE(pace_.is_over());
}

}  // namespace
}  // namespace keyward::service
