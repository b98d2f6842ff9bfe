#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace keyward {
namespace {

Instant at(std::int64_t milliseconds) {
    return Instant(std::chrono::milliseconds(milliseconds));
}

TEST(Rfc3339, IsInUtcWithMilliseconds) {
    EXPECT_EQ(to_rfc3339(at(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339(at(1769847330250)), "2026-01-31T08:15:30.250Z");
    EXPECT_EQ(to_rfc3339(at(1709210096007)), "2024-02-29T12:34:56.007Z");
}

TEST(Rfc3339, OfTimesBefore1970RoundsDownToTheSecond) {
    EXPECT_EQ(to_rfc3339(at(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(SystemNow, DoesNotGoBack) {
    const Instant before = system_now();
    EXPECT_LE(before, system_now());
    EXPECT_GT(before, at(1700000000000));
}

}  // namespace
}  // namespace keyward
