// The small parts of the server, each alone: what an answer looks like, who is asking, the pool, the budgets.
#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <new>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/file_descriptor.hpp"
#include "http/answer.hpp"
#include "http/byte_budget.hpp"
#include "http/client_address.hpp"
#include "http/server.hpp"
#include "http/thread_pool.hpp"

namespace keyward::http {
namespace {

std::string head_without_date(const Response& response, const AnswerFraming& framing) {
    auto head = answer_head(response, framing);
    const auto date = head.find("Date: ");
    return head.erase(date, head.find("\r\n", date) + 2 - date);
}

TEST(AnswerHead, HasStatusTypeLengthAndTheHandlersHeaders) {
    Response response;
    response.body = "{}";
    response.headers = {{"X-Request-Id", "7"}};
    EXPECT_EQ(
        head_without_date(response, {}),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nX-Request-Id: 7\r\n\r\n");
}

TEST(AnswerHead, SaysCloseAndKeepAliveWhenDue) {
    EXPECT_NE(answer_head({}, {.close = true, .http_1_0 = true}).find("\r\nConnection: close\r\n"),
              std::string::npos);
    EXPECT_NE(answer_head({}, {.http_1_0 = true}).find("\r\nConnection: keep-alive\r\n"), std::string::npos);
    EXPECT_EQ(answer_head({}, {}).find("Connection"), std::string::npos);
}

TEST(AnswerHead, KeepsTheServersHeadersTheServers) {
    Response response;
    response.headers = {
        {"Content-Length", "99"}, {"connection", "x"}, {"TRANSFER-ENCODING", "chunked"}, {"Date", "x"}};
    EXPECT_EQ(head_without_date(response, {}),
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n");
}

TEST(AnswerHead, HasNoLengthWithoutContent) {
    Response response;
    response.status = 204;
    EXPECT_EQ(head_without_date(response, {}), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(AnswerHead, WritesTheDateAsTheRfcDoes) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");  // the example of RFC 9110 5.6.7
}

TEST(AnswerHead, OfABodyInPartsHasNoLength) {
    Response response;
    response.body = "{";
    EXPECT_EQ(head_without_date(response, {.chunked = true}),
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(head_without_date(response, {.close = true, .http_1_0 = true, .until_close = true}),
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
}

TEST(Chunk, HasItsSizeInHexAndNoneIsTheLast) {
    EXPECT_EQ(chunk_of(std::string(26, 'a')), "1a\r\n" + std::string(26, 'a') + "\r\n");
    EXPECT_EQ(chunk_of(""), "0\r\n\r\n");
}

TEST(AddressShares, LeaveTheRestToOtherAddresses) {
    AddressShares shares(10);
    AddressShares::Share first(shares, "192.0.2.1");
    AddressShares::Share second(shares, "192.0.2.1");
    AddressShares::Share other(shares, "192.0.2.2");
    EXPECT_TRUE(first.resize(7));
    EXPECT_FALSE(second.resize(4));
    EXPECT_TRUE(second.resize(3));
    EXPECT_TRUE(other.resize(10));
    EXPECT_TRUE(first.resize(6));
    EXPECT_TRUE(second.resize(4));
}

TEST(AddressShares, CountAnIPv6NetworkAsOne) {
    AddressShares shares(1);
    AddressShares::Share first(shares, "2001:db8:0:1::1");
    AddressShares::Share neighbour(shares, "2001:db8:0:1:ffff::2");
    AddressShares::Share other(shares, "2001:db8:0:2::1");
    EXPECT_TRUE(first.resize(1));
    EXPECT_FALSE(neighbour.resize(1));
    EXPECT_TRUE(other.resize(1));
}

TEST(AddressShares, AreGivenBackAtTheirEnd) {
    AddressShares shares(1);
    {
        AddressShares::Share first(shares, "192.0.2.1");
        EXPECT_TRUE(first.resize(1));
        first = AddressShares::Share(shares, "192.0.2.1");
        EXPECT_TRUE(first.resize(1));
    }
    AddressShares::Share second(shares, "192.0.2.1");
    EXPECT_TRUE(second.resize(1));
    AddressShares::Share none;
    EXPECT_TRUE(none.resize(100));
}

TEST(Answer, IsNotSendableWithALineEndInAHeader) {
    Response response;
    EXPECT_TRUE(is_sendable(response));
    for (const std::string value : {"a\r\nb", "a\nb", "a\rb", "a\x01"}) {
        response.headers = {{"X-A", value}};
        EXPECT_FALSE(is_sendable(response));
    }
    response.headers = {{"X A", "1"}};
    EXPECT_FALSE(is_sendable(response));
    response.headers.clear();
    response.content_type = "text/plain\r\nX: y";
    EXPECT_FALSE(is_sendable(response));
}

TEST(Answer, IsNotSendableWithAStatusThatIsNotFinal) {
    for (const int status : {0, 99, 100, 199, 1000}) {
        Response response;
        response.status = status;
        EXPECT_FALSE(is_sendable(response)) << status;
    }
}

TEST(Answer, GoesOnWhereTheSocketStopped) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const FileDescriptor writer(ends[0]);
    const FileDescriptor reader(ends[1]);
    Response response;
    response.body = std::string(2'000'000, 'b');
    OutgoingAnswer answer(std::move(response), {});
    const auto whole = answer.remaining();
    std::size_t received = 0;
    auto progress = answer.send(writer.get());
    EXPECT_EQ(progress, OutgoingAnswer::Progress::blocked);
    std::array<char, 65536> octets{};
    while (received < whole) {
        const auto got = ::recv(reader.get(), octets.data(), octets.size(), 0);
        ASSERT_GT(got, 0);
        received += static_cast<std::size_t>(got);
        progress = answer.send(writer.get());
    }
    EXPECT_EQ(progress, OutgoingAnswer::Progress::done);
    EXPECT_EQ(received, whole);
}

TEST(Answer, FailsWithoutASignalWhenTheReaderIsGone) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const FileDescriptor writer(ends[0]);
    FileDescriptor(ends[1]).reset();
    OutgoingAnswer answer(Response{}, {});
    EXPECT_EQ(answer.send(writer.get()), OutgoingAnswer::Progress::failed);
}

TEST(TrustedProxies, TakeThePeerWhenItIsNoProxy) {
    EXPECT_EQ(TrustedProxies({}).client_of("192.0.2.1", {{"x-forwarded-for", "192.0.2.9"}}), "192.0.2.1");
    EXPECT_EQ(TrustedProxies({"192.0.2.2"}).client_of("192.0.2.1", {{"x-forwarded-for", "192.0.2.9"}}),
              "192.0.2.1");
}

TEST(TrustedProxies, TakeTheLastAddressThatIsNoProxy) {
    const TrustedProxies proxies({"192.0.2.1", "2001:DB8::1"});
    const auto client = [&proxies](const Headers& headers) {
        return proxies.client_of("192.0.2.1", headers);
    };
    EXPECT_EQ(client({}), "192.0.2.1");
    EXPECT_EQ(client({{"x-forwarded-for", "198.51.100.7"}}), "198.51.100.7");
    EXPECT_EQ(client({{"x-forwarded-for", "203.0.113.5, 198.51.100.7"}}), "198.51.100.7");
    EXPECT_EQ(client({{"x-forwarded-for", "198.51.100.7 ,2001:db8:0::1"}}), "198.51.100.7");
    EXPECT_EQ(client({{"x-forwarded-for", "198.51.100.7"}, {"x-forwarded-for", "192.0.2.1"}}),
              "198.51.100.7");
    EXPECT_EQ(client({{"x-forwarded-for", "::ffff:198.51.100.7"}}), "198.51.100.7");
    EXPECT_EQ(client({{"x-forwarded-for", "2001:db8::1"}}), "2001:db8::1");
}

TEST(TrustedProxies, StopAtWhatIsNoAddress) {
    const TrustedProxies proxies({"192.0.2.1", "192.0.2.2"});
    for (const std::string list : {"", "unknown", "198.51.100.7, ", "198.51.100.7:80", "198.51.100.7;"})
        EXPECT_EQ(proxies.client_of("192.0.2.1", {{"x-forwarded-for", list}}), "192.0.2.1") << list;
    EXPECT_EQ(proxies.client_of("192.0.2.1", {{"x-forwarded-for", "nonsense, 192.0.2.2"}}), "192.0.2.2");
}

TEST(TrustedProxies, AreAddresses) {
    EXPECT_THROW(TrustedProxies({"localhost"}), std::invalid_argument);
}

struct Counted final : PoolTask {
    Counted(std::atomic<int>& runs, std::shared_future<void> gate) : runs_(runs), gate_(std::move(gate)) {}
    void run() noexcept override {
        ++runs_;
        if (gate_.valid()) gate_.wait();
    }

  private:
    std::atomic<int>& runs_;
    std::shared_future<void> gate_;
};

TEST(ThreadPool, RefusesWhatDoesNotFitItsQueue) {
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::atomic<int> runs{0};
    ThreadPool pool(1, 2);
    int taken = 0;
    // One runs, or is about to, and two wait: at least two are taken at once, never more than three.
    while (taken < 5 && pool.submit(std::make_shared<Counted>(runs, gate)))
        ++taken;
    EXPECT_GE(taken, 2);
    EXPECT_LE(taken, 3);
    open.set_value();
}

TEST(ThreadPool, DropsWhatIsQueuedWhenItStops) {
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::atomic<int> runs{0};
    ThreadPool pool(1, 10);
    ASSERT_TRUE(pool.submit(std::make_shared<Counted>(runs, gate)));
    while (runs == 0)
        std::this_thread::yield();
    const auto queued = std::make_shared<Counted>(runs, gate);
    ASSERT_TRUE(pool.submit(queued));
    auto stopped = std::async(std::launch::async, [&pool] { pool.stop(); });
    while (queued.use_count() > 1)
        std::this_thread::yield();
    open.set_value();
    stopped.get();
    EXPECT_EQ(runs, 1);
    EXPECT_FALSE(pool.submit(queued));
}

TEST(ThreadPool, TellsOfWhatStillRunsWhenItStops) {
    std::promise<void> open;
    std::atomic<int> runs{0};
    ThreadPool pool(2, 10);
    ASSERT_TRUE(pool.submit(std::make_shared<Counted>(runs, open.get_future().share())));
    while (runs == 0)
        std::this_thread::yield();
    EXPECT_FALSE(pool.stop(std::chrono::milliseconds(10)));
    open.set_value();
    EXPECT_TRUE(pool.stop());
}

TEST(ThreadPool, StartsThreadsAsTheyAreNeededAndNoMoreThanItMay) {
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::atomic<int> runs{0};
    ThreadPool pool(3, 10);
    EXPECT_EQ(pool.threads(), 0U);
    for (const std::size_t threads : {1U, 2U, 3U, 3U}) {
        ASSERT_TRUE(pool.submit(std::make_shared<Counted>(runs, gate)));
        EXPECT_EQ(pool.threads(), threads);
    }
    open.set_value();
    while (runs < 4)
        std::this_thread::yield();
}

TEST(ThreadPool, NeedsFewThreadsForOneTaskAfterTheOther) {
    std::atomic<int> runs{0};
    ThreadPool pool(16, 10);
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(pool.submit(std::make_shared<Counted>(runs, std::shared_future<void>())));
        while (runs <= i)
            std::this_thread::yield();
    }
    EXPECT_LT(pool.threads(), 16U);
}

struct Throwing final : PoolTask {
    void run() override { throw std::bad_alloc(); }
};

TEST(ThreadPool, GoesOnAfterWorkThatThrows) {
    std::atomic<int> runs{0};
    ThreadPool pool(1, 200);
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(pool.submit(std::make_shared<Throwing>()));
    ASSERT_TRUE(pool.submit(std::make_shared<Counted>(runs, std::shared_future<void>())));
    while (runs == 0)
        std::this_thread::yield();
    EXPECT_EQ(pool.threads(), 1U);
    EXPECT_TRUE(pool.stop());
}

TEST(ThreadPool, RunsEverythingThatItTakes) {
    std::atomic<int> runs{0};
    ThreadPool pool(4, 2000);
    int taken = 0;
    for (int i = 0; i < 1000; ++i)
        taken += pool.submit(std::make_shared<Counted>(runs, std::shared_future<void>())) ? 1 : 0;
    while (runs < taken)
        std::this_thread::yield();
    EXPECT_EQ(taken, 1000);
}

TEST(ByteBudget, GivesNoMoreThanItHas) {
    ByteBudget budget(10);
    ByteReservation one(budget);
    EXPECT_TRUE(one.resize(6));
    {
        ByteReservation other(budget);
        EXPECT_FALSE(other.resize(5));
        EXPECT_TRUE(other.resize(4));
        EXPECT_FALSE(one.resize(7));
    }
    EXPECT_TRUE(one.resize(10));
    EXPECT_TRUE(one.resize(1));
}

Server server_with(ServerSettings settings) {
    return Server(
        std::move(settings), [](Request&) { return Response{}; },
        [](int, std::string_view, const Headers&) { return Response{}; });
}

TEST(Server, TakesNoAddressThatIsNone) {
    EXPECT_THROW(server_with({.address = "nowhere"}), std::invalid_argument);
    EXPECT_THROW(server_with({.trusted_proxies = {"nowhere"}}), std::invalid_argument);
}

TEST(Server, TellsWhyItCantListen) {
    auto first = server_with({.port = 0});
    first.start();
    auto second = server_with({.port = first.port()});
    try {
        second.start();
        FAIL() << "two servers listen on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(), "can't listen on 127.0.0.1 port " + std::to_string(first.port()) +
                                    ": Address already in use");
    }
}

TEST(Server, ListensOnIPv6) {
    auto server = server_with({.address = "::1", .port = 0});
    server.start();
    EXPECT_NE(server.port(), 0);
    EXPECT_TRUE(server.stop(std::chrono::milliseconds(0)));
}

TEST(Server, StopsBeforeItWasStarted) {
    EXPECT_TRUE(server_with({}).stop(std::chrono::milliseconds(0)));
}

}  // namespace
}  // namespace keyward::http
