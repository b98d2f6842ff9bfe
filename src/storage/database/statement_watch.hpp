#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <thread>

#include "base/mutex.hpp"

namespace keyward::storage {

/// Cuts connections whose server does not answer a statement within the deadline. A server that is stopped
/// (SIGSTOP, a frozen container or disk) keeps its sockets open and acknowledged by its kernel, so the client
/// library alone would wait forever. Cutting shuts the socket down, and the waiting call fails as it does
/// when the server closes the connection.
///
/// The watch shuts down a duplicate of the connection's descriptor: the client library closes its own on
/// errors, and the number may be reused at once.
///
/// There is one slot per connection, used by the thread that has the connection. Thread-safe.
class StatementWatch {
  public:
    /// Without `cuts` it does nothing; for connections without a socket.
    StatementWatch(std::size_t connections, std::chrono::milliseconds deadline, bool cuts);
    StatementWatch(const StatementWatch&) = delete;
    StatementWatch& operator=(const StatementWatch&) = delete;
    StatementWatch(StatementWatch&&) = delete;
    StatementWatch& operator=(StatementWatch&&) = delete;
    ~StatementWatch();

    /// Statements run on the connection with this socket from now on; -1 for a connection that cannot be cut.
    /// Throws CatalogueError when there is no descriptor for the duplicate.
    void begin(std::size_t connection, int socket);
    /// Starts the deadline of the next statement.
    void restart(std::size_t connection);
    /// No statement runs any more.
    void end(std::size_t connection);
    /// Releases the socket of a connection that will be replaced.
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
        /// Replaces the socket; -1 for none.
        void set(int of_connection) KEYWARD_REQUIRES(mutex);

        Mutex mutex;
        int socket KEYWARD_GUARDED_BY(mutex) = -1;  ///< the connection's socket, as last given
        int copy KEYWARD_GUARDED_BY(mutex) = -1;    ///< owned duplicate of it
        bool runs KEYWARD_GUARDED_BY(mutex) = false;
        Time::time_point until KEYWARD_GUARDED_BY(mutex){};
        bool cut KEYWARD_GUARDED_BY(mutex) = false;
    };

    void watch();
    static void cut_if_late(Slot& slot);

    const std::chrono::milliseconds deadline_;
    std::deque<Slot> slots_;
    Mutex mutex_;
    ConditionVariable ended_;
    bool ending_ KEYWARD_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

/// Names the connection on which this thread's statements run, so that each restarts the deadline.
/// Destruction restores the previous scope.
class StatementScope {
  public:
    StatementScope(StatementWatch& watch, std::size_t connection);
    StatementScope(const StatementScope&) = delete;
    StatementScope& operator=(const StatementScope&) = delete;
    StatementScope(StatementScope&&) = delete;
    StatementScope& operator=(StatementScope&&) = delete;
    ~StatementScope();

    /// Call this before every statement. Does nothing outside of a scope.
    static void statement_begins();

  private:
    StatementWatch& watch_;
    const std::size_t connection_;
    StatementScope* const former_;
};

}  // namespace keyward::storage
