#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/file_descriptor.hpp"
#include "base/mutex.hpp"

namespace keyward::http {

class Connection;

/// Milliseconds of the steady clock, the unit of deadlines.
std::int64_t steady_milliseconds();

/// Tracks all connections, and does on one thread the work that other threads must not wait for: it continues
/// answers that a socket did not accept at once, and acts on expired deadlines. Thread-safe, also while the
/// caller holds a connection's lock: it never holds its own lock while it calls a connection.
class DeadlineMonitor {
  public:
    /// Checks deadlines every `tick`.
    DeadlineMonitor(std::size_t max_connections, std::chrono::milliseconds tick);
    DeadlineMonitor(const DeadlineMonitor&) = delete;
    DeadlineMonitor& operator=(const DeadlineMonitor&) = delete;
    ~DeadlineMonitor() { stop(); }

    /// False when the maximum number of connections is reached.
    [[nodiscard]] bool add(const std::shared_ptr<Connection>& connection);
    void remove(const Connection& connection) noexcept;
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::vector<std::shared_ptr<Connection>> all() const;

    /// Calls the connection's `socket_has_room` when there is room, until `unwatch`. Throws
    /// std::system_error.
    void watch(int socket, Connection& connection);
    void unwatch(int socket) noexcept;

    void stop();

  private:
    void work();
    void check_deadlines();
    [[nodiscard]] std::shared_ptr<Connection> find(const void* connection) const;

    const std::size_t max_connections_;
    const std::chrono::milliseconds tick_;
    mutable Mutex mutex_;
    std::unordered_map<const void*, std::shared_ptr<Connection>> connections_ KEYWARD_GUARDED_BY(mutex_);
    FileDescriptor epoll_;
    FileDescriptor stop_event_;
    std::thread thread_;
};

}  // namespace keyward::http
