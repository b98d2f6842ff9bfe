// The faults of the stock server (letters as in docs/decisions/0003), tested on the guarded server.
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/http/probes.hpp"
#include "tests/http/server_under_test.hpp"

namespace keyward::test {
namespace {

using std::chrono::steady_clock;

TEST(SplitChunk, IsRefusedAndLeavesNoThreadSpinning) {  // A2
    ServerUnderTest server;
    for (int round = 0; round < 8; ++round) {
        auto client = server.connect();
        send_split_chunk(client);
        const auto octets = client.read_to_end();
        EXPECT_TRUE(octets.starts_with("HTTP/1.1 501 ")) << octets;
    }
    EXPECT_LT(server.cpu_in(milliseconds(500)), milliseconds(150));
    EXPECT_EQ(server.fetch("/echo?id=1"), "id=1");
}

TEST(Slashes, AreRefusedOrServedWithoutHarm) {  // A3
    ServerUnderTest server;
    for (const std::size_t count : {2U, 4000U, 8000U, 14500U, 20000U, 200000U}) {
        auto client = server.connect();
        client.send("GET " + std::string(count, '/') + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto answer = client.read_answer();
        ASSERT_TRUE(answer) << count;
        EXPECT_EQ(answer->status, count <= 8192 ? 400 : 414) << count;
    }
    auto client = server.connect();
    EXPECT_EQ(client.ask(get("/a" + std::string(8000, '/'))).value().status, 404);
    EXPECT_TRUE(server.process().is_running());
}

TEST(Smuggling, ServesNothingThatHidesInABody) {  // A5
    const ServerUnderTest server;
    for (const auto& attempt : smuggling_attempts())
        EXPECT_FALSE(is_smuggled(server.port(), attempt)) << attempt.name;
    EXPECT_EQ(server.fetch("/echo?id=1"), "id=1");
}

TEST(StalledReaders, CostNoThreadAndNoProcessorTime) {  // A6
    ServerUnderTest server({"handler_threads=4", "write_deadline=120000"});
    const auto readers = stalled_readers(server.port(), 32);
    const auto start = steady_clock::now();
    auto client = server.connect();
    for (int request = 0; request < 500; ++request) {
        const auto id = "id=" + std::to_string(request);
        ASSERT_EQ(client.ask(get("/echo?" + id)).value().body, id);
    }
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(20));
    EXPECT_LT(server.cpu_in(milliseconds(1000)), milliseconds(200));
}

TEST(StalledReaders, GetTheirAnswersWhenTheyReadAfterAll) {  // A6
    const ServerUnderTest server({"write_deadline=120000"});
    auto readers = stalled_readers(server.port(), 8);
    EXPECT_EQ(server.fetch("/echo?id=1"), "id=1");
    for (auto& reader : readers)
        EXPECT_EQ(reader.read_answer(false, milliseconds(60'000)).value().body.size(), 4U << 20U);
}

TEST(StalledReaders, AreDroppedWhenTheirAnswersTakeTooMuchMemory) {  // A6
    const ServerUnderTest server({"max_unsent_memory=10000000", "write_deadline=120000"});
    auto readers = stalled_readers(server.port(), 16);
    EXPECT_EQ(server.fetch("/echo?id=1"), "id=1");
    std::size_t whole = 0;
    for (auto& reader : readers) {
        const auto answer = reader.read_answer(false, milliseconds(60'000));
        if (answer && answer->body.size() == 4U << 20U) ++whole;
    }
    EXPECT_GE(whole, 2U);
    EXPECT_LT(whole, 16U);
}

TEST(Handler, ThatThrowsAnythingIsA500WithoutWhatItThrew) {  // A8
    ServerUnderTest server;
    auto client = server.connect();
    for (const std::string path : {"/throw-int", "/throw-std", "/throw-string", "/bad-header"}) {
        const auto answer = client.ask(get(path));
        ASSERT_TRUE(answer) << path;
        EXPECT_EQ(answer->status, 500) << path;
        EXPECT_EQ(answer->body, "refused: ") << path;
        EXPECT_FALSE(answer->header("X-Injected")) << path;
        EXPECT_EQ(client.ask(get("/echo?id=1")).value().body, "id=1")
            << path;  // one answer each, and the connection stays usable
    }
    EXPECT_TRUE(server.process().is_running());
}

TEST(Handlers, MayAnswerClientsThatHaveAllGone) {  // A4
    ServerUnderTest server({"handler_threads=40"});
    for (int client = 0; client < 32; ++client) {
        auto gone = server.connect();
        gone.send(get("/hold"));
        client % 2 == 0 ? gone.reset() : gone.close();
    }
    // A request on a connection that was reset may be lost with it, so some may never have reached a handler.
    EXPECT_EQ(server.fetch("/release"), "released");
    EXPECT_TRUE(server.comes_to("/held", "0"));
    EXPECT_EQ(server.process().terminate(), 0);
}

TEST(Descriptors, ThatRunOutDoNotMakeTheServerSpinOrDie) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{.rlim_cur = 256, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    ServerUnderTest server;  // inherits the limit
    ::setrlimit(RLIMIT_NOFILE, &before);
    std::vector<RawClient> clients;
    clients.push_back(server.connect());
    // The answer shows that this connection existed before the others; the reactors accept connections in any
    // order.
    EXPECT_EQ(clients.front().ask(get("/echo?id=0")).value().body, "id=0");
    for (int client = 1; client < 600; ++client)
        clients.push_back(server.connect());
    EXPECT_LT(server.cpu_in(milliseconds(500)), milliseconds(150));
    EXPECT_EQ(clients.front().ask(get("/echo?id=1")).value().body, "id=1");
    EXPECT_TRUE(clients.back().is_closed());
    clients.clear();
    EXPECT_TRUE(server.comes_to("/echo?id=2", "id=2"));
}

}  // namespace
}  // namespace keyward::test
