#include "storage/database/statement_watch.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/contain.hpp"
#include "domain/catalogue_records.hpp"

namespace keyward::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds longest_watch_pause = 100ms;

thread_local StatementScope* scope_of_this_thread = nullptr;

}  // namespace

void StatementWatch::Slot::set(int of_connection) {
    if (copy >= 0) ::close(copy);
    socket = copy = -1;
    if (of_connection < 0) return;
    copy = ::fcntl(of_connection, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) throw CatalogueError("no descriptor is free to watch the connection to the database");
    socket = of_connection;
}

StatementWatch::StatementWatch(std::size_t connections, std::chrono::milliseconds deadline, bool cuts)
    : deadline_(deadline), slots_(connections) {
    if (cuts) thread_ = std::thread([this] { watch(); });
}

StatementWatch::~StatementWatch() {
    {
        const Lock lock(mutex_);
        ending_ = true;
    }
    ended_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void StatementWatch::begin(std::size_t connection, int socket) {
    Slot& slot = slots_[connection];
    const Lock lock(slot.mutex);
    if (socket != slot.socket) slot.set(socket);
    slot.runs = true;
    slot.until = Time::now() + deadline_;
    slot.cut = false;
}

void StatementWatch::restart(std::size_t connection) {
    Slot& slot = slots_[connection];
    const Lock lock(slot.mutex);
    slot.until = Time::now() + deadline_;
}

void StatementWatch::end(std::size_t connection) {
    Slot& slot = slots_[connection];
    const Lock lock(slot.mutex);
    slot.runs = false;
}

void StatementWatch::forget(std::size_t connection) {
    Slot& slot = slots_[connection];
    const Lock lock(slot.mutex);
    slot.runs = false;
    slot.set(-1);
}

bool StatementWatch::was_cut(std::size_t connection) {
    Slot& slot = slots_[connection];
    const Lock lock(slot.mutex);
    return slot.cut;
}

void StatementWatch::watch() {
    const auto pause = std::clamp(deadline_ / 20, std::chrono::milliseconds(1), longest_watch_pause);
    const Lock lock(mutex_);
    while (!ended_.wait_for(mutex_, pause, [&]() KEYWARD_REQUIRES(mutex_) { return ending_; }))
        // After a failure the next round tries again.
        contain("watch of statements", [this] {
            for (Slot& slot : slots_)
                cut_if_late(slot);
        });
}

void StatementWatch::cut_if_late(Slot& slot) {
    const Lock lock(slot.mutex);
    if (!slot.runs || slot.copy < 0 || Time::now() < slot.until) return;
    ::shutdown(slot.copy, SHUT_RDWR);
    slot.runs = false;
    slot.cut = true;
}

StatementScope::StatementScope(StatementWatch& watch, std::size_t connection)
    : watch_(watch), connection_(connection), former_(scope_of_this_thread) {
    scope_of_this_thread = this;
}

StatementScope::~StatementScope() {
    scope_of_this_thread = former_;
}

void StatementScope::statement_begins() {
    if (scope_of_this_thread != nullptr)
        scope_of_this_thread->watch_.restart(scope_of_this_thread->connection_);
}

}  // namespace keyward::storage
