#include <gtest/gtest.h>

#include "base/backoff.hpp"

namespace keyward {
namespace {

using namespace std::chrono_literals;

const Instant start{std::chrono::hours(1000)};

TEST(GrowingPause, IsOverBeforeItBeganForTheFirstTime) {
    const GrowingPause pause;
    EXPECT_TRUE(pause.is_over(start));
}

TEST(GrowingPause, LastsAMinuteThenTwiceAsLongEachTimeUpToAnHour) {
    GrowingPause pause;
    Instant now = start;
    for (const auto length : {1min, 2min, 4min, 8min, 16min, 32min, 60min, 60min}) {
        pause.begin(now);
        EXPECT_FALSE(pause.is_over(now + length - 1ms));
        EXPECT_TRUE(pause.is_over(now + length));
        now += length;
    }
}

TEST(GrowingPause, BeginsWithAMinuteAgainAfterWhatHelped) {
    GrowingPause pause;
    pause.begin(start);
    pause.begin(start);
    pause.reset();
    EXPECT_TRUE(pause.is_over(start));
    pause.begin(start);
    EXPECT_FALSE(pause.is_over(start + 1min - 1ms));
    EXPECT_TRUE(pause.is_over(start + 1min));
}

TEST(GrowingPause, EndsWhenTheClockIsSetBack) {
    GrowingPause pause;
    pause.begin(start);
    EXPECT_TRUE(pause.is_over(start - 1ms));
}

TEST(GrowingPauses, OfOneEnvironmentSayNothingOfAnother) {
    GrowingPauses pauses;
    pauses.of("a").begin(start);
    EXPECT_FALSE(pauses.of("a").is_over(start));
    EXPECT_TRUE(pauses.of("b").is_over(start));
}

}  // namespace
}  // namespace keyward
