#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

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
    [[nodiscard]] bool waits_too_long() const;
    std::optional<std::future<std::optional<service::Caller>>> ask(const std::string& authorization);

    service::Access& access_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Question> questions_;
    std::optional<Time::time_point> asking_since_;  ///< start of the lookup in progress
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace keyward::api
