#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/process.hpp"
#include "tests/support/files.hpp"

namespace keyward {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* columns = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
constexpr const char* device = "/dev/sda2                               partition\t1000444\t0\t-2\n";

class MemorySwap : public testing::Test {
  public:
    MemorySwap() {
        write("proc/swaps", std::string(columns) + device);
        write("proc/self/cgroup", "1:name=systemd:/old\n0::/system.slice/keyward.service\n");
    }

  protected:
    void write(const std::string& name, const std::string& text) { folder_.write(name, text); }
    void limit(const std::string& group, const std::string& value) {
        write("sys/fs/cgroup/" + group + "/memory.swap.max", value + "\n");
    }

    test::TemporaryFolder folder_;
    const std::filesystem::path root_ = folder_.path();
};

TEST_F(MemorySwap, IsPossibleWhereThereIsADeviceAndNoLimit) {
    EXPECT_TRUE(may_be_swapped(root_));
}

TEST_F(MemorySwap, IsImpossibleWithoutADevice) {
    write("proc/swaps", columns);
    EXPECT_FALSE(may_be_swapped(root_));
}

TEST_F(MemorySwap, IsImpossibleInAUnitThatForbidsIt) {
    limit("system.slice/keyward.service", "0");
    EXPECT_FALSE(may_be_swapped(root_));
}

TEST_F(MemorySwap, IsImpossibleBelowAGroupThatForbidsIt) {
    limit("system.slice", "0");
    limit("system.slice/keyward.service", "max");
    EXPECT_FALSE(may_be_swapped(root_));
}

TEST_F(MemorySwap, IsImpossibleInAContainerThatForbidsIt) {
    write("proc/self/cgroup", "0::/\n");
    limit("", "0");
    EXPECT_FALSE(may_be_swapped(root_));
}

TEST_F(MemorySwap, IsPossibleWhereTheLimitIsNotZero) {
    limit("system.slice/keyward.service", "1048576");
    EXPECT_TRUE(may_be_swapped(root_));
}

TEST_F(MemorySwap, IsPossibleWhereAnotherGroupForbidsIt) {
    limit("system.slice/other.service", "0");
    EXPECT_TRUE(may_be_swapped(root_));
}

TEST_F(MemorySwap, CountsAsPossibleWhereNothingCanBeRead) {
    EXPECT_TRUE(may_be_swapped(root_ / "nowhere"));
}

std::string text_of(const char* file) {
    std::ostringstream text;
    text << std::ifstream(std::string(KEYWARD_SOURCE) + file).rdbuf();
    return text.str();
}

/// The unit does what docs/security.md says of it, and no more.
TEST_F(MemorySwap, IsForbiddenByTheSystemdUnitAsTheDocumentationSays) {
    const std::string unit = text_of("/config/systemd/keyward.service");
    EXPECT_THAT(unit, HasSubstr("\nMemorySwapMax=0\n"));
    EXPECT_THAT(unit, Not(HasSubstr("LimitMEMLOCK"))) << "nothing locks memory";
    const std::string security = text_of("/docs/security.md");
    EXPECT_THAT(security, HasSubstr("`MemorySwapMax=0`"));
    EXPECT_THAT(security, HasSubstr("`memory.may_be_swapped`"));
    EXPECT_THAT(text_of("/docs/operations.md"), HasSubstr("`memory.may_be_swapped`"));
}

}  // namespace
}  // namespace keyward
