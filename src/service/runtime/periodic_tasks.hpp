#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.hpp"

namespace keyward::service {

/// A thread that repeats small tasks until it is destroyed: pings, leases, recovery. A task that throws is
/// logged and runs again at its next turn.
class PeriodicTasks {
  public:
    struct Task {
        std::string name;
        std::chrono::milliseconds every;
        std::function<void()> run;
    };

    /// Runs every task once right away, on its thread.
    explicit PeriodicTasks(std::vector<Task> tasks);
    PeriodicTasks(const PeriodicTasks&) = delete;
    PeriodicTasks& operator=(const PeriodicTasks&) = delete;
    PeriodicTasks(PeriodicTasks&&) = delete;
    PeriodicTasks& operator=(PeriodicTasks&&) = delete;
    ~PeriodicTasks();

  private:
    void work();
    static void run(const Task& task);

    std::vector<Task> tasks_;
    std::vector<std::chrono::steady_clock::time_point> due_;  ///< of each task; used by the thread only
    Mutex mutex_;
    ConditionVariable ended_;
    bool ending_ KEYWARD_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace keyward::service
