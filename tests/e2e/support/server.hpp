#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tests/e2e/support/home.hpp"
#include "tests/e2e/support/http_client.hpp"
#include "tests/support/child_process.hpp"

namespace keyward::e2e {

/// A running `keyward serve`. The constructor returns when that many environments are up. It throws
/// std::runtime_error with the log when they are not up within 30 s.
class Server {
  public:
    explicit Server(const Home& home) : Server(home, home.live_environments()) {}
    Server(const Home& home, std::size_t live_environments);

    [[nodiscard]] pid_t pid() const { return process_.pid(); }
    void signal(int number) const { process_.signal(number); }
    /// Waits for the exit code; nothing when the process does not end in time.
    std::optional<int> wait(std::chrono::milliseconds time) { return process_.wait(time); }
    [[nodiscard]] bool is_running() { return process_.is_running(); }
    /// Sends SIGTERM and returns the exit code; nothing when the process does not end in time.
    std::optional<int> stop() { return process_.terminate(); }
    /// Sends SIGKILL and waits for the end.
    void kill();
    /// Its standard error so far, of all starts in this home.
    [[nodiscard]] std::string log() const;
    /// Waits until the process uses almost no processor time during a quarter of a second. False when this
    /// does not happen within `patience`, because a thread spins.
    bool comes_to_rest(std::chrono::milliseconds patience = std::chrono::seconds(15));

  private:
    void await(const char* path, const std::function<bool(const Answer&)>& arrived);

    const Home* home_;
    test::ChildProcess process_;
};

}  // namespace keyward::e2e
