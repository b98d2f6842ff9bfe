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
        const Lock lock(mutex_);
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

/// False when no thread can be started.
bool ThreadPool::start_worker(const std::shared_ptr<PoolTask>& task) {
    Worker& worker = *workers_.emplace_back(std::make_unique<Worker>());
    worker.task = task;
    try {
        worker.thread = std::thread([this, &worker] { work(worker); });
    } catch (const std::exception&) {  // no thread, or no memory for one
        workers_.pop_back();
        contain("log of a thread", [threads = workers_.size()] {
            log::warn("thread.not_started", {{"threads", threads}});
        });
        return false;
    }
    ++running_threads_;
    return true;
}

std::size_t ThreadPool::threads() const {
    const Lock lock(mutex_);
    return workers_.size();
}

bool ThreadPool::stop(std::optional<std::chrono::milliseconds> limit) {
    drop_queue();
    const Lock lock(mutex_);
    if (!all_have_ended(limit)) return false;
    // Threads that have ended their work do not take the lock again.
    for (const auto& worker : workers_)
        if (worker->thread.joinable()) worker->thread.join();
    return true;
}

void ThreadPool::drop_queue() {
    std::deque<std::shared_ptr<PoolTask>> dropped;  // destroyed after the lock is released
    const Lock lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    for (Worker* const worker : idle_)
        worker->wake.notify_one();
}

bool ThreadPool::all_have_ended(std::optional<std::chrono::milliseconds> limit) {
    const auto ended = [this]() KEYWARD_REQUIRES(mutex_) { return running_threads_ == 0; };
    if (limit) return ended_.wait_for(mutex_, *limit, ended);
    ended_.wait(mutex_, ended);
    return true;
}

void ThreadPool::work(Worker& self) {
    const Lock lock(mutex_);
    while (auto task = next(self)) {
        const Unlock unlocked(mutex_);
        contain("work of the pool", [&] { task->run(); });
        task.reset();
    }
    --running_threads_;
    ended_.notify_all();
}

/// Null when the pool stops.
std::shared_ptr<PoolTask> ThreadPool::next(Worker& self) {
    if (stopping_) return nullptr;
    if (self.task) return std::exchange(self.task, nullptr);  // the thread was started for this task
    if (!queue_.empty()) {
        auto task = std::move(queue_.front());
        queue_.pop_front();
        return task;
    }
    idle_.push_back(&self);
    self.wake.wait(mutex_, [&]() KEYWARD_REQUIRES(mutex_) { return stopping_ || self.task != nullptr; });
    return std::exchange(self.task, nullptr);
}

}  // namespace keyward::http
