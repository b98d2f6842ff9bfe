#include "service/runtime/object_scan.hpp"

#include <gtest/gtest.h>

#include "tests/unit/service/hanging_call.hpp"
#include "tests/unit/service/service_fixture.hpp"

namespace keyward::service {
namespace {

class ObjectScanTest : public testing::Test {
  protected:
    ServiceFixture fixture_;
};

TEST_F(ObjectScanTest, AScanThatStopsAnsweringIsGivenUp) {
    HangingCall hanging;
    Environment& environment = *fixture_.environments.find("production");
    const auto calls = block_both_workers(environment, hanging);
    hanging.await();
    ScanLimits limits;
    limits.idle_timeout = std::chrono::milliseconds(1);
    try {
        scan_objects(environment, limits, {});
        ADD_FAILURE() << "no worker was free";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::unreachable);
        EXPECT_STREQ(error.what(),
                     "The token of environment production stopped answering while its objects were looked "
                     "through");
    }
    hanging.release();
    for (const auto& call : calls)
        environment.wait(*call);
}

TEST_F(ObjectScanTest, AScanThatIsStoppedSaysSo) {
    HangingCall hanging;
    Environment& environment = *fixture_.environments.find("production");
    const auto calls = block_both_workers(environment, hanging);
    std::stop_source source;
    source.request_stop();
    ScanLimits limits;
    limits.stop = source.get_token();
    try {
        scan_objects(environment, limits, {});
        ADD_FAILURE() << "no worker was free";
    } catch (const TokenError& error) {
        EXPECT_EQ(error.fault(), TokenFault::busy);
        EXPECT_STREQ(error.what(), "The comparison was stopped");
    }
    hanging.release();
    for (const auto& call : calls)
        environment.wait(*call);
}

}  // namespace
}  // namespace keyward::service
