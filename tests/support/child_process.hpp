#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace keyward::test {

/// A program that runs concurrently with the test. The test reads its standard output; its standard error is
/// the test's own. The destructor kills the program if it still runs.
class ChildProcess {
  public:
    static constexpr std::chrono::milliseconds patience{20'000};

    /// The first word of `command` is looked up in PATH unless it contains a slash. `extra_environment` holds
    /// NAME=value. Throws std::system_error when the program can't be started.
    explicit ChildProcess(std::vector<std::string> command, std::vector<std::string> extra_environment = {});
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The processes that it has forked and that still exist.
    [[nodiscard]] std::vector<pid_t> children() const;
    /// The next line of its output without the line end. Nothing after `time`, or at the end of the output.
    std::optional<std::string> read_line(std::chrono::milliseconds time = patience);
    /// All its output up to the end.
    std::string read_all(std::chrono::milliseconds time = patience);
    void signal(int number) const;
    /// Waits for its end. Returns the exit code, or minus the signal that ended it. Nothing after `time`.
    std::optional<int> wait(std::chrono::milliseconds time = patience);
    /// Sends SIGTERM and waits.
    std::optional<int> terminate(std::chrono::milliseconds time = patience);
    [[nodiscard]] bool is_running();
    /// Processor time of all its threads so far, in steps of 10 ms.
    [[nodiscard]] std::chrono::milliseconds cpu_time() const;

  private:
    bool receive(std::chrono::steady_clock::time_point until);
    bool has_ended(int flags);

    pid_t pid_ = -1;
    int pidfd_ = -1;
    int output_ = -1;
    std::string buffer_;
    std::optional<int> exit_;
};

}  // namespace keyward::test
