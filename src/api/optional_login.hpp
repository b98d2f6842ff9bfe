#pragma once

#include <chrono>
#include <deque>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.hpp"
#include "service/auth/access.hpp"

namespace keyward::api {

/// The login of calls that need none but tell a known caller more. Never blocks on a catalogue that hangs: a
/// caller that cannot be identified in time gets the answer for anonymous callers, and gets it at once while
/// an earlier lookup hangs. Thread-safe.
class OptionalLogin {
  public:
    explicit OptionalLogin(service::Access& access);
    OptionalLogin(const OptionalLogin&) = delete;
    OptionalLogin& operator=(const OptionalLogin&) = delete;
    OptionalLogin(OptionalLogin&&) = delete;
    OptionalLogin& operator=(OptionalLogin&&) = delete;
    ~OptionalLogin();

    /// The caller from the value of an Authorization header, if the lookup takes at most some milliseconds.
    std::optional<service::Caller> caller_of(const std::string& authorization);

  private:
    using Question = std::packaged_task<std::optional<service::Caller>()>;
    using Time = std::chrono::steady_clock;
    void work();
    [[nodiscard]] bool waits_too_long() const KEYWARD_REQUIRES(mutex_);
    std::optional<std::future<std::optional<service::Caller>>> ask(const std::string& authorization);

    service::Access& access_;
    Mutex mutex_;
    ConditionVariable changed_;
    std::deque<Question> questions_ KEYWARD_GUARDED_BY(mutex_);
    /// Start of the lookup in progress.
    std::optional<Time::time_point> asking_since_ KEYWARD_GUARDED_BY(mutex_);
    bool ending_ KEYWARD_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace keyward::api
