#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace keyward::api {

/// A piece of work that ends in itself: whatever goes wrong, it tells who waits for it.
class PoolTask {
  public:
    PoolTask() = default;
    PoolTask(const PoolTask&) = delete;
    PoolTask& operator=(const PoolTask&) = delete;
    virtual ~PoolTask() = default;
    virtual void run() noexcept = 0;
};

/// A fixed number of threads and a bounded queue before them. Any thread may submit.
class ThreadPool {
  public:
    ThreadPool(std::size_t threads, std::size_t queue_limit);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    ~ThreadPool() { stop(); }

    /// False when the queue is full or the pool was stopped; the task then is not run.
    [[nodiscard]] bool submit(std::shared_ptr<PoolTask> task);

    /// Drops what is queued and waits until what runs has ended. A second call does nothing.
    void stop();

  private:
    void work();

    const std::size_t queue_limit_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<PoolTask>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace keyward::api
