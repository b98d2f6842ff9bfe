#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

namespace keyward::storage {

/// Cuts connections whose server does not answer a statement within the deadline: a server that is stopped
/// (SIGSTOP, a frozen container or disk) keeps its sockets open and acknowledged by its kernel, so the client
/// library alone would wait for ever. Cutting shuts the socket down, and the waiting call fails as it does
/// when the server closes the connection.
///
/// What is shut down is a copy of the connection's descriptor: the client library closes its own on errors,
/// and the number may be another socket's at once.
///
/// One slot for each connection, used by the thread that has the connection. Any thread may call.
class StatementWatch {
  public:
    /// Without `cuts` it does nothing, for connections without a socket.
    StatementWatch(std::size_t connections, std::chrono::milliseconds deadline, bool cuts);
    StatementWatch(const StatementWatch&) = delete;
    StatementWatch& operator=(const StatementWatch&) = delete;
    StatementWatch(StatementWatch&&) = delete;
    StatementWatch& operator=(StatementWatch&&) = delete;
    ~StatementWatch();

    /// From now on statements run on the connection with this socket; -1 for none that can be cut. Throws
    /// CatalogueError when there is no descriptor for its copy.
    void begin(std::size_t connection, int socket);
    /// The next statement begins: its deadline runs from now.
    void restart(std::size_t connection);
    /// No statement runs any more.
    void end(std::size_t connection);
    /// The connection is about to be replaced by another: its socket is not kept open any more.
    void forget(std::size_t connection);
    /// Whether the connection was cut since its last `begin`.
    [[nodiscard]] bool was_cut(std::size_t connection);

  private:
    using Time = std::chrono::steady_clock;
    struct Slot {
        Slot() = default;
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;
        Slot(Slot&&) = delete;
        Slot& operator=(Slot&&) = delete;
        ~Slot() { set(-1); }
        /// Another socket than before, or none.
        void set(int of_connection);

        std::mutex mutex;
        int socket = -1;  ///< the connection's, as it was last said
        int copy = -1;    ///< of it; ours to close
        bool runs = false;
        Time::time_point until{};
        bool cut = false;
    };

    void watch();
    static void cut_if_late(Slot& slot);

    const std::chrono::milliseconds deadline_;
    std::deque<Slot> slots_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool ending_ = false;
    std::thread thread_;
};

/// Says where the statements of this thread run, so that each restarts the deadline. The former place counts
/// again when it ends.
class StatementScope {
  public:
    StatementScope(StatementWatch& watch, std::size_t connection);
    StatementScope(const StatementScope&) = delete;
    StatementScope& operator=(const StatementScope&) = delete;
    StatementScope(StatementScope&&) = delete;
    StatementScope& operator=(StatementScope&&) = delete;
    ~StatementScope();

    /// To be called at the beginning of every statement. Nothing happens outside of a scope.
    static void statement_begins();

  private:
    StatementWatch& watch_;
    const std::size_t connection_;
    StatementScope* const former_;
};

}  // namespace keyward::storage
