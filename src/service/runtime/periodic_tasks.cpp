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
        const Lock lock(mutex_);
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
    const Lock lock(mutex_);
    while (!ending_) {
        const auto next = std::ranges::min_element(due_);
        if (ended_.wait_until(mutex_, *next, [&]() KEYWARD_REQUIRES(mutex_) { return ending_; })) return;
        const Task& task = tasks_[static_cast<std::size_t>(next - due_.begin())];
        {
            const Unlock unlocked(mutex_);
            contain(task.name, [&] { run(task); });
        }
        *next = Time::now() + task.every;
    }
}

}  // namespace keyward::service
