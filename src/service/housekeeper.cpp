#include "service/housekeeper.hpp"

#include <algorithm>

#include "core/log.hpp"

namespace keyward::service {

Housekeeper::Housekeeper(std::vector<Task> tasks) : tasks_(std::move(tasks)), thread_([this] { work(); }) {}

Housekeeper::~Housekeeper() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    ended_.notify_all();
    thread_.join();
}

void Housekeeper::work() {
    using Time = std::chrono::steady_clock;
    std::vector<Time::time_point> due(tasks_.size(), Time::now());
    std::unique_lock lock(mutex_);
    while (!ending_) {
        const auto next = std::ranges::min_element(due);
        if (ended_.wait_until(lock, *next, [&] { return ending_; })) return;
        const Task& task = tasks_[static_cast<std::size_t>(next - due.begin())];
        lock.unlock();
        try {
            task.run();
        } catch (const std::exception& error) {
            log::error("housekeeping.failed", {{"task", task.name}, {"reason", error.what()}});
        }
        lock.lock();
        *next = Time::now() + task.every;
    }
}

}  // namespace keyward::service
