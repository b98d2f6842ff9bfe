#include "storage/database/statement_watch.hpp"

#include <array>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace keyward::storage {
namespace {

/// The two ends of a connection.
struct SocketPair {
    SocketPair() {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error("no sockets");
    }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    SocketPair(SocketPair&&) = delete;
    SocketPair& operator=(SocketPair&&) = delete;
    ~SocketPair() {
        ::close(ends[0]);
        ::close(ends[1]);
    }

    [[nodiscard]] int client() const { return ends[0]; }
    /// The result of a read at the other end: -1 after ten seconds without data, 0 at the end of the
    /// connection.
    [[nodiscard]] ssize_t read_by_server() const {
        const timeval limit{10, 0};
        ::setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        char octet = 0;
        return ::recv(ends[1], &octet, 1, 0);
    }

    std::array<int, 2> ends{};
};

class StatementWatchTest : public testing::Test {
  protected:
    void await_the_cut() {
        while (!watch_.was_cut(0))
            std::this_thread::yield();
    }

    StatementWatch watch_{1, std::chrono::milliseconds(20), true};
};

TEST_F(StatementWatchTest, CutsTheConnectionOfALateStatement) {
    const SocketPair connection;
    watch_.begin(0, connection.client());
    EXPECT_EQ(connection.read_by_server(), 0);
    await_the_cut();
}

TEST_F(StatementWatchTest, CutsTheNextLateStatementOfTheSameSocketNumberToo) {
    for (int i = 0; i < 2; ++i) {
        const SocketPair connection;
        watch_.begin(0, connection.client());
        EXPECT_EQ(connection.read_by_server(), 0);
        await_the_cut();
        watch_.forget(0);
    }
}

TEST_F(StatementWatchTest, CutsNothingThatHasTakenTheNumberOfAClosedSocket) {
    const SocketPair connection;
    const SocketPair other;
    watch_.begin(0, connection.client());
    ASSERT_EQ(::dup2(other.client(), connection.client()), connection.client());
    await_the_cut();
    EXPECT_EQ(connection.read_by_server(), 0) << "what was watched is cut";
    EXPECT_EQ(::send(connection.client(), "x", 1, MSG_NOSIGNAL), 1);
    EXPECT_EQ(other.read_by_server(), 1) << "what has its number is not";
}

TEST_F(StatementWatchTest, KeepsNoConnectionOpenThatIsForgotten) {
    const SocketPair connection;
    const SocketPair other;
    watch_.begin(0, connection.client());
    watch_.end(0);
    watch_.forget(0);
    ASSERT_EQ(::dup2(other.client(), connection.client()), connection.client());
    EXPECT_EQ(connection.read_by_server(), 0);
    EXPECT_FALSE(watch_.was_cut(0));
}

}  // namespace
}  // namespace keyward::storage
