#include "service/runtime/periodic_tasks.hpp"

#include <algorithm>

#include "base/contain.hpp"
#include "base/log.hpp"

namespace keyward::service {

PeriodicTasks::PeriodicTasks(std::vector<Task> tasks)
    : tasks_(std::move(tasks)),
      due_(tasks_.size(), std::chrono::steady_clock::now()),
      thread_([this] { work(); }) {}

PeriodicTasks::~PeriodicTasks() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    ended_.notify_all();
    thread_.join();
}

void PeriodicTasks::run(const Task& task) {
    try {
        task.run();
    } catch (const std::exception& error) {
        log::error("task.failed", {{"task", task.name}, {"reason", error.what()}});
    }
}

void PeriodicTasks::work() {
    using Time = std::chrono::steady_clock;
    std::unique_lock lock(mutex_);
    while (!ending_) {
        const auto next = std::ranges::min_element(due_);
        if (ended_.wait_until(lock, *next, [&] { return ending_; })) return;
        const Task& task = tasks_[static_cast<std::size_t>(next - due_.begin())];
        lock.unlock();
        contain(task.name, [&] { run(task); });
        lock.lock();
        *next = Time::now() + task.every;
    }
}

}  // namespace keyward::service
