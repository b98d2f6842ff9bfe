#pragma once

#include <exception>
#include <stdexcept>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace keyward::storage {

/// Runs `body` in a child process, which exits without running any other code of this one.
class ForkedProcess {
  public:
    template <typename Body>
    explicit ForkedProcess(Body body) : pid_(::fork()) {
        if (pid_ < 0) throw std::runtime_error("fork failed");
        if (pid_ > 0) return;
        try {
            ::_exit(body() ? 0 : 1);
        } catch (const std::exception&) {
            ::_exit(2);
        }
    }
    ForkedProcess(const ForkedProcess&) = delete;
    ForkedProcess& operator=(const ForkedProcess&) = delete;
    ForkedProcess(ForkedProcess&& other) noexcept : pid_(other.pid_) { other.pid_ = -1; }
    ForkedProcess& operator=(ForkedProcess&&) = delete;
    ~ForkedProcess() {
        if (pid_ > 0) kill();
    }

    /// The exit code: 0 when `body` returned true, 1 when false, 2 when it threw.
    int wait() {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    void kill() {
        ::kill(pid_, SIGKILL);
        wait();
    }

  private:
    pid_t pid_;
};

}  // namespace keyward::storage
