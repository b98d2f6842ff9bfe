#include "api/work_memory.hpp"

#include <future>
#include <optional>

#include <gtest/gtest.h>

#include "domain/errors.hpp"

namespace keyward::api {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t mebi = std::size_t{1} << 20U;

/// Why the share is refused; nothing when it is not.
std::optional<ErrorKind> refusal_of(WorkMemory::Share& share, std::size_t size) {
    try {
        share.resize(size);
    } catch (const ServiceError& refused) {
        return refused.kind();
    }
    return std::nullopt;
}

TEST(WorkMemory, GivesOneUserHalfOfIt) {
    WorkMemory memory(8 * mebi, 0ms);
    WorkMemory::Share first(memory, "alice");
    WorkMemory::Share second(memory, "alice");
    EXPECT_EQ(refusal_of(first, 4 * mebi), std::nullopt);
    EXPECT_EQ(refusal_of(second, mebi), ErrorKind::too_many_requests);
    WorkMemory::Share other(memory, "bob");
    EXPECT_EQ(refusal_of(other, 4 * mebi), std::nullopt);
}

TEST(WorkMemory, RefusesWhatAllUsersTogetherLeaveNoRoomFor) {
    WorkMemory memory(8 * mebi, 0ms);
    WorkMemory::Share first(memory, "alice");
    WorkMemory::Share second(memory, "bob");
    WorkMemory::Share third(memory, "carol");
    EXPECT_EQ(refusal_of(first, 4 * mebi), std::nullopt);
    EXPECT_EQ(refusal_of(second, 3 * mebi), std::nullopt);
    EXPECT_EQ(refusal_of(third, 2 * mebi), ErrorKind::overloaded);
    EXPECT_EQ(refusal_of(third, mebi), std::nullopt);
}

TEST(WorkMemory, LetsARequestThatNeedsMoreThanAUserMayHaveInAlone) {
    WorkMemory memory(8 * mebi, 0ms);
    WorkMemory::Share large(memory, "alice");
    EXPECT_EQ(refusal_of(large, 100 * mebi), std::nullopt);
    WorkMemory::Share second(memory, "alice");
    EXPECT_EQ(refusal_of(second, 100 * mebi), ErrorKind::too_many_requests);
}

TEST(WorkMemory, DoesNotCountSmallRequests) {
    WorkMemory memory(mebi, 0ms);
    WorkMemory::Share large(memory, "alice");
    large.add(2 * mebi);
    WorkMemory::Share small(memory, "bob");
    EXPECT_EQ(refusal_of(small, WorkMemory::smallest_counted - 1), std::nullopt);
    EXPECT_EQ(refusal_of(small, WorkMemory::smallest_counted), ErrorKind::overloaded);
}

TEST(WorkMemory, CountsWhatIsThereAlready) {
    WorkMemory memory(8 * mebi, 0ms);
    WorkMemory::Share first(memory, "alice");
    first.add(4 * mebi);
    WorkMemory::Share second(memory, "alice");
    EXPECT_EQ(refusal_of(second, mebi), ErrorKind::too_many_requests);
}

TEST(WorkMemory, TakesBackWhatAShareHeldWhenItEnds) {
    WorkMemory memory(8 * mebi, 0ms);
    {
        WorkMemory::Share first(memory, "alice");
        first.resize(4 * mebi);
        first.resize(3 * mebi);
        first.add(mebi);
    }
    WorkMemory::Share second(memory, "alice");
    EXPECT_EQ(refusal_of(second, 4 * mebi), std::nullopt);
}

TEST(WorkMemory, LetsARequestWaitForItsTurn) {
    WorkMemory memory(8 * mebi, 60s);
    auto first = std::make_unique<WorkMemory::Share>(memory, "alice");
    first->resize(4 * mebi);
    auto second = std::async(std::launch::async, [&] {
        WorkMemory::Share share(memory, "alice");
        return refusal_of(share, 4 * mebi);
    });
    EXPECT_EQ(second.wait_for(50ms), std::future_status::timeout);
    first.reset();
    EXPECT_EQ(second.get(), std::nullopt);
}

TEST(WorkMemory, TellsOnceThatMuchWasGivenBack) {
    WorkMemory memory(8 * mebi, 0ms);
    EXPECT_FALSE(memory.take_given_back());
    {
        WorkMemory::Share share(memory, "alice");
        share.resize(mebi);
    }
    EXPECT_TRUE(memory.take_given_back());
    EXPECT_FALSE(memory.take_given_back());
}

}  // namespace
}  // namespace keyward::api
