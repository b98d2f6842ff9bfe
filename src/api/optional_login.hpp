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

/// The login of calls that need none and say more to those who have one: it never waits for a catalogue that
/// hangs. Who can't be recognised in time is told what everyone is told, and so is at once who asks while an
/// earlier question hangs. Any thread may call.
class OptionalLogin {
  public:
    explicit OptionalLogin(service::Access& access);
    OptionalLogin(const OptionalLogin&) = delete;
    OptionalLogin& operator=(const OptionalLogin&) = delete;
    OptionalLogin(OptionalLogin&&) = delete;
    OptionalLogin& operator=(OptionalLogin&&) = delete;
    ~OptionalLogin();

    /// The caller behind an Authorization header's value, if that is found out within some milliseconds.
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
    std::optional<Time::time_point> asking_since_;  ///< the question that is being answered
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace keyward::api
