#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "http/descriptor.hpp"

namespace keyward::http {

class Connection;

/// Milliseconds of the steady clock: what deadlines are measured in.
std::int64_t steady_milliseconds();

/// Knows every connection, and does with one thread what no other thread may wait for: it goes on with
/// answers that a socket did not take at once, and acts when a deadline has passed. Any thread may call it,
/// also with a connection's lock held: it never holds its own lock while it calls a connection.
class DeadlineMonitor {
  public:
    /// Deadlines are looked at every `tick`.
    DeadlineMonitor(std::size_t max_connections, std::chrono::milliseconds tick);
    DeadlineMonitor(const DeadlineMonitor&) = delete;
    DeadlineMonitor& operator=(const DeadlineMonitor&) = delete;
    ~DeadlineMonitor() { stop(); }

    /// False when there are as many as may be.
    [[nodiscard]] bool add(const std::shared_ptr<Connection>& connection);
    void remove(const Connection& connection) noexcept;
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::vector<std::shared_ptr<Connection>> all() const;

    /// Calls the connection's `socket_has_room` when there is some, until `unwatch`. Throws
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
    mutable std::mutex mutex_;
    std::unordered_map<const void*, std::shared_ptr<Connection>> connections_;
    Descriptor epoll_;
    Descriptor stop_event_;
    std::thread thread_;
};

}  // namespace keyward::http
