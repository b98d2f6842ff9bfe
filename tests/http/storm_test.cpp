#include <gtest/gtest.h>

#include "tests/http/probes.hpp"
#include "tests/http/server_under_test.hpp"

namespace keyward::test {
namespace {

constexpr milliseconds no_hurry{240'000};

#ifdef KEYWARD_SANITIZED
constexpr std::size_t storm_size = 10'000;
#else
constexpr std::size_t storm_size = 50'000;
#endif

void expect_every_answer_right(const StormReport& report, std::size_t requests) {
    EXPECT_GE(report.requests, requests);
    EXPECT_EQ(report.wrong, 0U);
    EXPECT_EQ(report.missing, 0U);
    EXPECT_GT(report.answers, report.requests / 4);
}

TEST(DisconnectStorm, BringsNoAnswerToTheWrongClient) {  // A1, A4
    ServerUnderTest server;
    const auto report = disconnect_storm(server.port(), storm_size, no_hurry, RawClient::patience);
    expect_every_answer_right(report, storm_size);
    EXPECT_TRUE(server.comes_to("/echo?id=last", "id=last"));
    EXPECT_LT(server.cpu_in(milliseconds(500)), milliseconds(150));
    EXPECT_EQ(server.process().terminate(), 0);
}

TEST(DisconnectStorm, BringsNoneWithOneReactorAndOneHandlerThread) {
    ServerUnderTest server({"reactor_threads=1", "handler_threads=1"});
    expect_every_answer_right(disconnect_storm(server.port(), storm_size / 5, no_hurry, RawClient::patience),
                              storm_size / 5);
    EXPECT_EQ(server.process().terminate(), 0);
}

}  // namespace
}  // namespace keyward::test
