#include "http/deadline_monitor.hpp"

#include <array>
#include <cerrno>
#include <span>
#include <system_error>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/contain.hpp"
#include "http/connection.hpp"

namespace keyward::http {
namespace {

using Clock = std::chrono::steady_clock;

int checked(int result, const char* call) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), call);
    return result;
}

void add_to(int epoll, int descriptor, std::uint32_t events, void* name) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = name;
    checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

}  // namespace

std::int64_t steady_milliseconds() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
}

DeadlineMonitor::DeadlineMonitor(std::size_t max_connections, std::chrono::milliseconds tick)
    : max_connections_(max_connections),
      tick_(tick),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      stop_event_(checked(::eventfd(0, EFD_CLOEXEC), "eventfd")) {
    add_to(epoll_.get(), stop_event_.get(), EPOLLIN, nullptr);
    thread_ = std::thread([this] { work(); });
}

bool DeadlineMonitor::add(const std::shared_ptr<Connection>& connection) {
    const Lock lock(mutex_);
    if (connections_.size() >= max_connections_) return false;
    connections_.emplace(connection.get(), connection);
    return true;
}

void DeadlineMonitor::remove(const Connection& connection) noexcept {
    std::shared_ptr<Connection> last;  // destroyed after the lock is released
    const Lock lock(mutex_);
    if (auto node = connections_.extract(&connection)) last = std::move(node.mapped());
}

std::size_t DeadlineMonitor::size() const {
    const Lock lock(mutex_);
    return connections_.size();
}

std::vector<std::shared_ptr<Connection>> DeadlineMonitor::all() const {
    const Lock lock(mutex_);
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(connections_.size());
    for (const auto& entry : connections_)
        all.push_back(entry.second);
    return all;
}

std::shared_ptr<Connection> DeadlineMonitor::find(const void* connection) const {
    const Lock lock(mutex_);
    const auto found = connections_.find(connection);
    return found == connections_.end() ? nullptr : found->second;
}

void DeadlineMonitor::watch(int socket, Connection& connection) {
    add_to(epoll_.get(), socket, EPOLLOUT, &connection);
}

/// Must run before the descriptor is closed: Pistache's own descriptor keeps the socket, and with it the
/// epoll entry, alive.
void DeadlineMonitor::unwatch(int socket) noexcept {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
}

void DeadlineMonitor::stop() {
    if (!thread_.joinable()) return;
    ::eventfd_write(stop_event_.get(), 1);
    thread_.join();
}

void DeadlineMonitor::work() {
    std::array<epoll_event, 64> events{};
    auto next_check = Clock::now() + tick_;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_check - Clock::now()).count();
        const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                       static_cast<int>(std::max<std::int64_t>(left, 0)));
        for (const auto& event : std::span(events).first(static_cast<std::size_t>(std::max(ready, 0)))) {
            if (event.data.ptr == nullptr) return;
            contain("room in a socket", [&] {
                if (const auto connection = find(event.data.ptr)) connection->socket_has_room();
            });
        }
        if (Clock::now() < next_check) continue;
        // expired deadlines stay expired
        contain("deadlines of connections", [this] { check_deadlines(); });
        next_check = Clock::now() + tick_;
    }
}

void DeadlineMonitor::check_deadlines() {
    std::vector<std::shared_ptr<Connection>> due;
    const auto now = steady_milliseconds();
    {
        const Lock lock(mutex_);
        for (const auto& entry : connections_) {
            if (entry.second->is_due(now)) due.push_back(entry.second);
        }
    }
    for (const auto& connection : due)
        connection->deadline_passed(now);
}

}  // namespace keyward::http
