#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace keyward::http {

/// A piece of work that ends in itself: whatever goes wrong, it tells who waits for it. What it throws all
/// the same is logged.
class PoolTask {
  public:
    PoolTask() = default;
    PoolTask(const PoolTask&) = delete;
    PoolTask& operator=(const PoolTask&) = delete;
    virtual ~PoolTask() = default;
    virtual void run() = 0;
};

/// A bounded number of threads and a bounded queue before them. A thread is started when a task would wait
/// for one, and stays. Of the threads that have nothing to do, the one that worked last works next: what it
/// needs is still in the processor's caches. Any thread may submit.
class ThreadPool {
  public:
    ThreadPool(std::size_t most_threads, std::size_t queue_limit);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    ~ThreadPool() { stop(); }

    /// False when the queue is full, the pool was stopped or not one thread can be had; the task then is not
    /// run.
    [[nodiscard]] bool submit(std::shared_ptr<PoolTask> task);

    /// How many threads have been started so far.
    [[nodiscard]] std::size_t threads() const;

    /// Drops what is queued and waits until what runs has ended. False when something still runs at the
    /// limit: it may be waited for with another call.
    bool stop(std::optional<std::chrono::milliseconds> limit = {});

  private:
    struct Worker {
        std::condition_variable wake;
        std::shared_ptr<PoolTask> task;
        std::thread thread;
    };

    [[nodiscard]] bool start_worker(const std::shared_ptr<PoolTask>& task);
    void work(Worker& self);
    std::shared_ptr<PoolTask> next(Worker& self, std::unique_lock<std::mutex>& lock);
    void drop_queue();
    bool all_have_ended(std::unique_lock<std::mutex>& lock, std::optional<std::chrono::milliseconds> limit);

    const std::size_t most_threads_;
    const std::size_t queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable ended_;
    std::deque<std::shared_ptr<PoolTask>> queue_;
    std::vector<Worker*> idle_;  ///< the last to become idle at the back
    std::size_t running_threads_ = 0;
    bool stopping_ = false;
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace keyward::http
