// Runs the probes of harm_test and storm_test against Pistache without the guard. Each must find its fault
// here, or it proves nothing there. Where the fault depends on chance, it is counted and reported.
#include <csignal>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/http/probes.hpp"
#include "tests/http/server_under_test.hpp"

namespace keyward::test {
namespace {

constexpr auto stock = "--stock";

/// Whether a thread of the idle server uses most of a processor. On a busy machine it may not get one at
/// once.
bool comes_to_spin(ServerUnderTest& server) {
    for (int i = 0; i < 20; ++i)
        if (server.cpu_in(milliseconds(500)) > milliseconds(200)) return true;
    return false;
}

TEST(StockPistacheFailsTheseProbes, ASplitChunkLeavesAThreadSpinning) {  // A2
    ServerUnderTest server({stock});
    auto client = server.connect();
    send_split_chunk(client);
    EXPECT_TRUE(comes_to_spin(server));
}

TEST(StockPistacheFailsTheseProbes, RequestsHiddenInBodiesAreServed) {  // A5
    const ServerUnderTest server({stock});
    std::size_t smuggled = 0;
    for (const auto& attempt : smuggling_attempts()) {
        const bool served = is_smuggled(server.port(), attempt);
        std::cout << attempt.name << (served ? ": SMUGGLED\n" : ": not served\n");
        if (served) ++smuggled;
    }
    EXPECT_GE(smuggled, 10U);
}

TEST(StockPistacheFailsTheseProbes, StalledReadersSpinItsThreads) {  // A6
    ServerUnderTest server({stock});
    const auto readers = stalled_readers(server.port(), 32);
    EXPECT_TRUE(comes_to_spin(server));
}

TEST(StockPistacheFailsTheseProbes, AThrownIntEndsTheProcess) {  // A8
    ServerUnderTest server({stock});
    EXPECT_FALSE(server.connect().ask(get("/throw-int")));
    EXPECT_EQ(server.process().wait(), -SIGABRT);
}

TEST(StockPistacheFailsTheseProbes, WhatAnExceptionSaysReachesTheClient) {  // A8
    const ServerUnderTest server({stock});
    EXPECT_EQ(server.fetch("/throw-std"), "what nobody may read");
}

TEST(StockPistacheFailsTheseProbes,
     ADisconnectStormMayBringAnswersToTheWrongClient) {  // A1, depends on chance
    const ServerUnderTest server({stock});
    const auto report = disconnect_storm(server.port(), 30'000, milliseconds(10'000), milliseconds(100));
    std::cout << "requests " << report.requests << ", right answers " << report.answers
              << ", at the wrong client " << report.wrong << ", missing " << report.missing << '\n';
    EXPECT_GT(report.wrong + report.missing, 0U);
}

}  // namespace
}  // namespace keyward::test
