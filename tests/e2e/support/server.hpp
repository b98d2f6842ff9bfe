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

/// A running `keyward serve`. Its constructor returns when that many environments are up and throws
/// std::runtime_error with its log when they are not within half a minute.
class Server {
  public:
    explicit Server(const Home& home) : Server(home, home.live_environments()) {}
    Server(const Home& home, std::size_t live_environments);

    [[nodiscard]] pid_t pid() const { return process_.pid(); }
    void signal(int number) const { process_.signal(number); }
    /// The exit code; nothing when it does not end in time.
    std::optional<int> wait(std::chrono::milliseconds time) { return process_.wait(time); }
    [[nodiscard]] bool is_running() { return process_.is_running(); }
    /// SIGTERM, and its exit code; nothing when it does not end in time.
    std::optional<int> stop() { return process_.terminate(); }
    /// SIGKILL, and waits for the end.
    void kill();
    /// All that it wrote to its standard error so far, over all starts in this home.
    [[nodiscard]] std::string log() const;
    /// Watches for one quarter of a second after the other until the process has used (almost) no processor
    /// time in one. False when that has not come within the patience: some thread spins.
    bool comes_to_rest(std::chrono::milliseconds patience = std::chrono::seconds(15));

  private:
    void await(const char* path, const std::function<bool(const Answer&)>& arrived);

    const Home* home_;
    test::ChildProcess process_;
};

}  // namespace keyward::e2e
