#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "base/contain.hpp"
#include "base/mutex.hpp"
#include "domain/errors.hpp"
#include "domain/token.hpp"

namespace keyward::service {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The worker's view of a call.
class QueuedCall {
  public:
    QueuedCall() = default;
    QueuedCall(const QueuedCall&) = delete;
    QueuedCall& operator=(const QueuedCall&) = delete;
    QueuedCall(QueuedCall&&) = delete;
    QueuedCall& operator=(QueuedCall&&) = delete;
    virtual ~QueuedCall() = default;
    /// Runs it, unless its caller has stopped waiting. Exceptions of the call are passed to its caller.
    virtual void run(Token& token) = 0;
    /// The call will never run: its caller gets CallTimedOut, as for a call that was not started.
    virtual void refuse() noexcept = 0;
};

/// One call to a token, shared by the request that waits for it and the worker that runs it.
template <typename Result>
class Call : public QueuedCall {
  public:
    using Work = std::function<Result(Token&)>;
    /// Runs on the worker when a call ends after its caller has stopped waiting, whether it succeeded or not.
    /// Its exceptions are logged.
    using WhenLate = std::function<void(Token&)>;

    Call(Work work, WhenLate when_late, SteadyTime deadline)
        : work_(std::move(work)), when_late_(std::move(when_late)), deadline_(deadline) {}

    /// Returns the result, or throws what the call threw. Throws CallTimedOut at the deadline; from then on a
    /// call that has not been started never will be, and one that has is passed to `when_late`.
    Result wait() {
        Work dropped;  // a call that never runs may hold a key: release it here, not when a worker takes it
        const Lock lock(mutex_);
        if (!ended_.wait_until(mutex_, deadline_,
                               [&]() KEYWARD_REQUIRES(mutex_) { return stage_ == Stage::ended; })) {
            const bool started = stage_ == Stage::running;
            stage_ = Stage::abandoned;
            if (!started) dropped.swap(work_);
            throw CallTimedOut("The token did not answer in time", started);
        }
        if (refused_) throw CallTimedOut("Too many calls wait", false);
        if (error_) std::rethrow_exception(error_);
        return *std::move(result_);
    }

    void run(Token& token) override {
        if (!start()) return;
        std::optional<Result> result;
        std::exception_ptr error;
        try {
            result = work_(token);
        } catch (...) {
            error = std::current_exception();
        }
        if (!end(std::move(result), error) && when_late_) contain("late call", [&] { when_late_(token); });
    }

    void refuse() noexcept override {
        const Lock lock(mutex_);
        if (stage_ != Stage::queued) return;
        refused_ = true;
        stage_ = Stage::ended;
        ended_.notify_all();
    }

  private:
    enum class Stage { queued, running, ended, abandoned };

    bool start() {
        const Lock lock(mutex_);
        if (stage_ != Stage::queued || std::chrono::steady_clock::now() >= deadline_) return false;
        stage_ = Stage::running;
        return true;
    }

    /// Passes the result to the waiting caller; false when it has stopped waiting.
    bool end(std::optional<Result> result, std::exception_ptr error) {
        const Lock lock(mutex_);
        if (stage_ == Stage::abandoned) return false;
        result_ = std::move(result);
        error_ = std::move(error);
        stage_ = Stage::ended;
        ended_.notify_all();
        return true;
    }

    Work work_;  ///< of the worker from `start` on, guarded by mutex_ until then
    WhenLate when_late_;
    SteadyTime deadline_;
    Mutex mutex_;
    ConditionVariable ended_;
    Stage stage_ KEYWARD_GUARDED_BY(mutex_) = Stage::queued;
    bool refused_ KEYWARD_GUARDED_BY(mutex_) = false;
    std::optional<Result> result_ KEYWARD_GUARDED_BY(mutex_);
    std::exception_ptr error_ KEYWARD_GUARDED_BY(mutex_);
};

/// Answers a client whose call to a token runs on the very thread that would answer it
/// (Environment::call_here), so that the client does not wait past the call's deadline.
class DeadlineResponder {
  public:
    DeadlineResponder() = default;
    DeadlineResponder(const DeadlineResponder&) = delete;
    DeadlineResponder& operator=(const DeadlineResponder&) = delete;
    DeadlineResponder(DeadlineResponder&&) = delete;
    DeadlineResponder& operator=(DeadlineResponder&&) = delete;
    virtual ~DeadlineResponder() = default;

    /// Tells the client `why` when the call still runs at its deadline; the call is left to end by itself.
    /// Runs on another thread than the call, at most once for each call, and never after the call has ended.
    virtual void give_up(const ServiceError& why) noexcept = 0;
};

}  // namespace keyward::service
