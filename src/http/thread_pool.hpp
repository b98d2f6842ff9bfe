#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/mutex.hpp"

namespace keyward::http {

/// A unit of work. It reports its own failures to its waiting callers; an exception that it throws is only
/// logged.
class PoolTask {
  public:
    PoolTask() = default;
    PoolTask(const PoolTask&) = delete;
    PoolTask& operator=(const PoolTask&) = delete;
    virtual ~PoolTask() = default;
    virtual void run() = 0;
};

/// A bounded number of threads with a bounded queue. A thread is started when a task would otherwise wait,
/// and stays. Of the idle threads, the one that worked last works next: its data is still in the processor's
/// caches. Thread-safe.
class ThreadPool {
  public:
    ThreadPool(std::size_t most_threads, std::size_t queue_limit);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    ~ThreadPool() { stop(); }

    /// False when the queue is full, the pool is stopped or no thread could be started; the task does not run
    /// then.
    [[nodiscard]] bool submit(std::shared_ptr<PoolTask> task);

    /// The number of threads started so far.
    [[nodiscard]] std::size_t threads() const;

    /// Drops queued tasks and waits for running ones. False when a task still runs at the limit; another call
    /// may wait for it.
    bool stop(std::optional<std::chrono::milliseconds> limit = {});

  private:
    struct Worker {
        ConditionVariable wake;
        std::shared_ptr<PoolTask> task;  ///< guarded by the pool's mutex
        std::thread thread;
    };

    [[nodiscard]] bool start_worker(const std::shared_ptr<PoolTask>& task) KEYWARD_REQUIRES(mutex_);
    void work(Worker& self);
    std::shared_ptr<PoolTask> next(Worker& self) KEYWARD_REQUIRES(mutex_);
    void drop_queue();
    bool all_have_ended(std::optional<std::chrono::milliseconds> limit) KEYWARD_REQUIRES(mutex_);

    const std::size_t most_threads_;
    const std::size_t queue_limit_;
    mutable Mutex mutex_;
    ConditionVariable ended_;
    std::deque<std::shared_ptr<PoolTask>> queue_ KEYWARD_GUARDED_BY(mutex_);
    std::vector<Worker*> idle_ KEYWARD_GUARDED_BY(mutex_);  ///< the most recently idle at the back
    std::size_t running_threads_ KEYWARD_GUARDED_BY(mutex_) = 0;
    bool stopping_ KEYWARD_GUARDED_BY(mutex_) = false;
    std::vector<std::unique_ptr<Worker>> workers_ KEYWARD_GUARDED_BY(mutex_);
};

}  // namespace keyward::http
