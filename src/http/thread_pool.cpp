#include "http/thread_pool.hpp"

#include <exception>
#include <utility>

#include "base/contain.hpp"
#include "base/log.hpp"

namespace keyward::http {

ThreadPool::ThreadPool(std::size_t most_threads, std::size_t queue_limit)
    : most_threads_(most_threads), queue_limit_(queue_limit) {
    workers_.reserve(most_threads);
    idle_.reserve(most_threads);
}

bool ThreadPool::submit(std::shared_ptr<PoolTask> task) {
    Worker* worker = nullptr;
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_) return false;
        if (idle_.empty()) {
            if (workers_.size() < most_threads_ && start_worker(task)) return true;
            if (workers_.empty() || queue_.size() >= queue_limit_) return false;
            queue_.push_back(std::move(task));
            return true;
        }
        worker = idle_.back();
        idle_.pop_back();
        worker->task = std::move(task);
    }
    worker->wake.notify_one();
    return true;
}

/// The caller holds the mutex. False when no thread can be started.
bool ThreadPool::start_worker(const std::shared_ptr<PoolTask>& task) {
    Worker& worker = *workers_.emplace_back(std::make_unique<Worker>());
    worker.task = task;
    try {
        worker.thread = std::thread([this, &worker] { work(worker); });
    } catch (const std::exception&) {  // no thread, or no memory for one
        workers_.pop_back();
        contain("log of a thread", [this] {
            log::warn("thread.not_started", {{"threads", workers_.size()}});
        });
        return false;
    }
    ++running_threads_;
    return true;
}

std::size_t ThreadPool::threads() const {
    const std::scoped_lock lock(mutex_);
    return workers_.size();
}

bool ThreadPool::stop(std::optional<std::chrono::milliseconds> limit) {
    drop_queue();
    std::unique_lock lock(mutex_);
    if (!all_have_ended(lock, limit)) return false;
    lock.unlock();
    for (const auto& worker : workers_)
        if (worker->thread.joinable()) worker->thread.join();
    return true;
}

void ThreadPool::drop_queue() {
    std::deque<std::shared_ptr<PoolTask>> dropped;  // destroyed after the lock is released
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    for (Worker* const worker : idle_)
        worker->wake.notify_one();
}

bool ThreadPool::all_have_ended(std::unique_lock<std::mutex>& lock,
                                std::optional<std::chrono::milliseconds> limit) {
    const auto ended = [this] { return running_threads_ == 0; };
    if (limit) return ended_.wait_for(lock, *limit, ended);
    ended_.wait(lock, ended);
    return true;
}

void ThreadPool::work(Worker& self) {
    std::unique_lock lock(mutex_);
    while (auto task = next(self, lock)) {
        lock.unlock();
        contain("work of the pool", [&] { task->run(); });
        task.reset();
        lock.lock();
    }
    --running_threads_;
    ended_.notify_all();
}

/// Null when the pool stops.
std::shared_ptr<PoolTask> ThreadPool::next(Worker& self, std::unique_lock<std::mutex>& lock) {
    if (stopping_) return nullptr;
    if (self.task) return std::exchange(self.task, nullptr);  // the thread was started for this task
    if (!queue_.empty()) {
        auto task = std::move(queue_.front());
        queue_.pop_front();
        return task;
    }
    idle_.push_back(&self);
    self.wake.wait(lock, [&] { return stopping_ || self.task != nullptr; });
    return std::exchange(self.task, nullptr);
}

}  // namespace keyward::http
